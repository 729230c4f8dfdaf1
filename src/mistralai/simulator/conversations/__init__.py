"""Conversations that the simulator keeps, and its answers in them (wire-format section 9)."""
