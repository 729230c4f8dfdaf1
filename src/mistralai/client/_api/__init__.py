"""From a method's keywords to a call."""
