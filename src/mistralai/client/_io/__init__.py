"""Carry out the steps of a call: the synchronous and the asynchronous driver."""
