"""Where the events of a stream go: one small class for each form of output."""
