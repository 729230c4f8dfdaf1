"""`mistralai chat` alone: a conversation.

`conversation` is its state, a plain list of messages; `commands` what a line that begins with `/`
does to it; `prompt` reads a line; `session` goes round.
"""
