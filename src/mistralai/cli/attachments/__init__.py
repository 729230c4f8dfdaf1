"""Attachments: files, URLs and standard input as chunks of a message.

`kinds` recognises a file by its bytes; `remote` reads from a URL; `attach` builds the chunk.
"""
