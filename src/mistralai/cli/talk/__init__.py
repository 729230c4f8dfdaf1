"""The conversation of `mistralai chat` without a prompt.

`commands` executes lines that begin with `/`; `prompt` reads a line; `session` is the loop.
"""
