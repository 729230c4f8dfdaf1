"""Diagnosis of the connection: `checks` run in order, and each returns a `finding`."""
