"""The streams that a caller holds."""
