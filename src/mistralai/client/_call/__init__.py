"""One call, without I/O: a generator of steps, and the rules that it follows."""
