"""Read two streams, with logging set up as the second argument says."""

import logging
import sys

from common import ASK

from mistralai import Mistral

SET_UP = sys.argv[2]

if SET_UP == "a handler":
    logging.getLogger("mistralai").addHandler(logging.NullHandler())
if SET_UP == "the root before":
    logging.basicConfig(level=logging.DEBUG)
with Mistral() as client:
    for _round in range(2):
        for _event in client.chat.stream(**ASK):
            if SET_UP == "the root later":
                logging.basicConfig(level=logging.DEBUG)
