r"""Random texts that match a simple regular expression.

Supported are characters, escapes, `\d \w \s`, `.`, classes, groups, alternatives, anchors at both
ends, and the repetitions `? * + {m} {m,} {m,n}`. Anything else is a `PatternError`.
"""

import random
import string
from collections.abc import Callable
from typing import Final, TypeAlias

_WORD: Final = string.ascii_letters + string.digits + "_"  # all of ASCII, for `[^\w]`
_SETS: Final = {"d": string.digits, "w": _WORD, "s": " "}
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_ANY: Final = string.ascii_letters + string.digits + " -_.,"
_PRINTABLE: Final = string.digits + string.ascii_letters + string.punctuation + " "
_MORE: Final = 3
"""Repetitions beyond the minimum, if there is no maximum."""
_MANY: Final = 1_000
_UNSUPPORTED: Final = "^$)?*+{}"

_Maker: TypeAlias = Callable[[random.Random], str]


class PatternError(ValueError):
    """The pattern is invalid, or has an unsupported construct."""


def example(pattern: str, rng: random.Random) -> str:
    """Return a text that matches a pattern completely.

    Raises:
        PatternError: The pattern is not simple.
    """
    text = pattern.removeprefix("^")
    if text.endswith("$") and not text.endswith(r"\$"):
        text = text[:-1]
    return _Reader(text).whole()(rng)


class _Reader:
    """Reads a pattern from left to right.

    Args:
        pattern: The pattern without the anchors at its ends.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def whole(self) -> _Maker:
        maker = self._alternatives()
        if self._at < len(self._pattern):
            raise PatternError(f"unmatched {self._peek()!r}")
        return maker

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise PatternError("unexpected end of the pattern")
        self._at += 1
        return character

    def _take_if(self, text: str) -> bool:
        if not self._pattern.startswith(text, self._at):
            return False
        self._at += len(text)
        return True

    def _alternatives(self) -> _Maker:
        makers = [self._sequence()]
        while self._take_if("|"):
            makers.append(self._sequence())
        return lambda rng: rng.choice(makers)(rng)

    def _sequence(self) -> _Maker:
        makers: list[_Maker] = []
        while self._peek() not in {"", "|", ")"}:
            makers.append(self._repeated())
        return lambda rng: "".join(maker(rng) for maker in makers)

    def _repeated(self) -> _Maker:
        maker = self._atom()
        least, most = self._counts()
        if (least, most) != (1, 1):
            self._take_if("?")  # lazy: matches the same texts
        return lambda rng: "".join(maker(rng) for _ in range(rng.randint(least, most)))

    def _counts(self) -> tuple[int, int]:
        if self._take_if("?"):
            return 0, 1
        if self._take_if("*"):
            return 0, _MORE
        if self._take_if("+"):
            return 1, 1 + _MORE
        return self._braces() if self._take_if("{") else (1, 1)

    def _braces(self) -> tuple[int, int]:
        inside, closed, _ = self._pattern[self._at :].partition("}")
        least, comma, most = inside.partition(",")
        if not closed or not least.isdecimal() or (most and not most.isdecimal()):
            raise PatternError(f"{{{inside} is not a repetition")
        if int(least) > _MANY:
            raise PatternError(f"more than {_MANY} repetitions are not supported")
        self._at += len(inside) + 1
        minimum = int(least)
        if not comma:
            return minimum, minimum
        if not most:
            return minimum, minimum + _MORE
        return minimum, min(int(most), minimum + _MANY)

    def _atom(self) -> _Maker:
        character = self._take()
        match character:
            case "(":
                return self._group()
            case "[":
                return self._one_of(self._class())
            case ".":
                return self._one_of(_ANY)
            case "\\":
                return self._one_of(self._escape())
            case _ if character in _UNSUPPORTED:
                raise PatternError(f"{character!r} is not supported here")
            case _:
                return lambda _: character

    def _group(self) -> _Maker:
        if self._take_if("?") and not self._take_if(":"):
            raise PatternError(f"(?{self._peek()} is not supported")
        maker = self._alternatives()
        if not self._take_if(")"):
            raise PatternError("( is never closed")
        return maker

    def _escape(self) -> str:
        character = self._take()
        if character in _SETS:
            return _SETS[character]
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character.isalnum():
            raise PatternError(f"\\{character} is not supported")
        return character

    def _class(self) -> str:
        negated = self._take_if("^")
        members = self._range()  # a leading ] is a member
        while not self._take_if("]"):
            members += self._range()
        if not negated:
            return members
        return "".join(c for c in _PRINTABLE if c not in members)

    def _range(self) -> str:
        first = self._member()
        if len(first) != 1 or not self._take_if("-"):
            return first
        if self._peek() == "]":
            return first + "-"
        last = self._member()
        if len(last) != 1:
            raise PatternError(f"{first}- is not a range")
        return "".join(map(chr, range(ord(first), ord(last) + 1)))

    def _member(self) -> str:
        character = self._take()
        return self._escape() if character == "\\" else character

    def _one_of(self, characters: str) -> _Maker:
        if not characters:
            raise PatternError("empty class")
        return lambda rng: rng.choice(characters)
