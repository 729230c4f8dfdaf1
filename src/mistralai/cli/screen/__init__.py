"""An answer on a terminal: finished blocks are printed once, and only the last block is redrawn.

`sections` divides a text into settled lines and lines that may change, `painter` renders lines with
rich, `region` writes lines to the screen, and `display` limits how often that happens.
"""
