"""An answer on a terminal: finished blocks are printed once, only what grows is drawn again.

`sections` says of a text which lines are finished and which may change, `painter` turns rich's
renderables into lines, `region` puts lines on the screen, and `display` does it at a pace for eyes.
"""
