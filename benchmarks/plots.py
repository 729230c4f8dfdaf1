"""The plots of the page, drawn by matplotlib in an environment of its own.

python -m benchmarks.plots RESULTS FOLDER
"""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from .peers import PEERS
from .runs import RUNS

PLOTS = {
    "cpu": "CPU per event",
    "fixed": "Cost of a stream and of a process",
    "lag": "Delivery lag and memory",
}
PANELS = {
    "cpu": (
        ("bulk", "cpu_us"),
        ("written", "cpu_us"),
        ("paced", "cpu_us"),
        ("paced-tls", "cpu_us"),
    ),
    "fixed": (
        ("fixed", "cpu_us"),
        ("in-a-row", "wall_ms"),
        ("import", "chat_ms"),
        ("start", "wall_ms"),
    ),
    "lag": (("lag", "lag_p99_ms"), ("open", "kib")),
}
OURS, OTHERS, FLOORS = "#e8590c", "#868e96", "#ced4da"


def main() -> None:
    results, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    for name, panels in PANELS.items():
        _plot(results["runs"], panels, folder / f"{name}.png")


def _plot(runs: dict[str, Any], panels: tuple[tuple[str, str], ...], file: Path) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    rows = (len(panels) + 1) // 2
    figure, axes = plt.subplots(rows, 2, figsize=(12, 1 + 3.4 * rows), layout="constrained")
    for axis, (run, name) in zip(axes.flat, panels, strict=True):
        _bars(axis, run, name, runs.get(run, {}).get("figures", {}))
    figure.savefig(file, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _bars(axis: Any, run: str, name: str, figures: dict[str, Any]) -> None:
    """Draw one bar per peer on a logarithmic scale; a line marks the range of its rounds."""
    values = {
        peer: [one[name] for one in rounds if name in one] for peer, rounds in figures.items()
    }
    peers = [peer for peer in RUNS[run].peers if values.get(peer)]
    medians = [statistics.median(values[peer]) for peer in peers]
    below = [median - min(values[peer]) for peer, median in zip(peers, medians, strict=True)]
    above = [max(values[peer]) - median for peer, median in zip(peers, medians, strict=True)]
    places = range(len(peers))
    bars = axis.barh(
        places, medians, xerr=(below, above), color=[_color(p) for p in peers], ecolor="#343a40"
    )
    axis.bar_label(bars, [_shown(median) for median in medians], padding=6, fontsize=8)
    axis.set_yticks(places, [PEERS[peer].label for peer in peers], fontsize=8)
    axis.invert_yaxis()
    if medians:
        axis.set_xscale("log")
        axis.set_xlim(min(medians) / 2, max(medians) * 4)
    axis.set_title(RUNS[run].title, fontsize=10)
    axis.set_xlabel(RUNS[run].units[name].replace("`", ""), fontsize=9)
    axis.spines[["top", "right"]].set_visible(False)


def _shown(median: float) -> str:
    return f"{median:,.0f}" if median >= 100 else f"{median:.3g}"


def _color(peer: str) -> str:
    if peer.startswith("this"):
        return OURS
    return FLOORS if peer.startswith("floor") else OTHERS


if __name__ == "__main__":
    main()
