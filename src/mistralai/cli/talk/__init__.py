"""The conversation of `mistralai chat` without a prompt.

`conversation` is its state, a plain list of messages; `commands` executes lines that begin with
`/`; `prompt` reads a line; `session` is the loop.
"""
