"""The chat API of a Mistral model deployed on Azure: `mistralai.azure.client`."""
