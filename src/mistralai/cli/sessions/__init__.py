"""Conversations, in memory and on disk.

`conversation` is the state of one; `records` are its changes, as lines of JSON; `file` is a
session, the file to which the changes of one conversation are appended; `folder` has all sessions;
`keeper` keeps the current conversation in one of them; `choice` has the options that say which.
"""
