"""What the simulated model says, and how it is written."""
