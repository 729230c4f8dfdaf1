"""What the caller of a stream holds."""
