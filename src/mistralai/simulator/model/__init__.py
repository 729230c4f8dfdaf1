"""The replies of the simulated model, and their serialisation."""
