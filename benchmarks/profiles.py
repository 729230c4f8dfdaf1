"""Profiles as text: the most expensive functions, and the share of each part.

cProfile adds a cost to every Python call and none to C code, so a share says where to look, not how
much can be saved. It measures wall time, which includes other processes on the core; reading the
process's CPU clock at every call would cost more than the calls.
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
    """Write a profile as text beside its file; return the new file."""
    file = profile.with_suffix(".txt")
    with file.open("w") as out:
        stats = pstats.Stats(str(profile), stream=out)
        for part, share in shares(stats):
            print(f"{share:6.1%}  {part}", file=out)
        stats.sort_stats("tottime").print_stats(40)
    return file


def shares(stats: pstats.Stats) -> list[tuple[str, float]]:
    """Return the share of each library and each module of this package, largest first.

    Waiting is left out.
    """
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
    if file == "~":  # a C function: no file, but its name includes its module
        return next((part for part in IN_C if part in name), "other C functions")
    return "the client's script" if "clients" in file else "the standard library"
