"""The chat API of a Mistral model that Azure serves: `mistralai.azure.client`."""
