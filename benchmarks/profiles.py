"""Where the time goes, by cProfile: the functions that take most, and the share of each part.

cProfile makes calls of Python dearer than they are and leaves C as it is: shares say where to
look, not what would be saved. Its clock is that of the wall: whoever else has the core is in it (the
clock of the process costs so much a call that it hides what is looked for).
"""

import pstats
import re
from collections import Counter
from pathlib import Path

SITE = re.compile(r"site-packages[/\\](\w+)")
WAITING = re.compile(r"method '(poll|recv|select)'|kevent")
IN_C = ("pydantic", "ssl", "socket")
OURS = re.compile(r"mistralai[/\\]client[/\\](?:(\w+)\.py|(\w+)[/\\])")


def write(profile: Path) -> Path:
    """Write a profile down as text, beside itself; gives the file."""
    file = profile.with_suffix(".txt")
    with file.open("w") as out:
        stats = pstats.Stats(str(profile), stream=out)
        for part, share in shares(stats):
            print(f"{share:6.1%}  {part}", file=out)
        stats.sort_stats("tottime").print_stats(40)
    return file


def shares(stats: pstats.Stats) -> list[tuple[str, float]]:
    """Give the share of each library and of each module of ours, waiting left out, the largest first."""
    times: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in stats.stats.items():
        if not WAITING.search(name):
            times[_part(file, name)] += own
    whole = sum(times.values())
    return [(part, own / whole) for part, own in times.most_common(14)]


def _part(file: str, name: str) -> str:
    if ours := OURS.search(file):
        return f"this package: {ours[1] or ours[2]}"
    if site := SITE.search(file):
        return site[1]
    if file == "~":  # a function in C has no file, and its module in its name
        return next((part for part in IN_C if part in name), "other C functions")
    return "the client's script" if "clients" in file else "the standard library"
