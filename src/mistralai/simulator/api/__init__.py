"""The checks and the errors of the API."""
