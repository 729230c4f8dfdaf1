"""Answers, put together from the events of a stream."""
