"""Consumers of a stream, one class per form of output."""
