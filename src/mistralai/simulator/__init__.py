"""A simulated Mistral server: a real socket, the recorded wire format, and faults on demand."""

from . import faults
from .answers import Answer, End, Ending, Framing, Pause, Repeat, Step, Wire
from .faults import At
from .files import ScenarioError, load, loads
from .limits import Limits, RateLimit
from .model.dialect import Dialect
from .model.reply import PRESETS, Call, Reply
from .proxy import Upstream
from .received import Fields, Request
from .replay import Replay
from .scenario import Scenario, ScenarioLike, Sequence
from .signals import Gate, Signal
from .simulator import Simulator
from .timing import Timing

__all__ = [
    "PRESETS",
    "Answer",
    "At",
    "Call",
    "Dialect",
    "End",
    "Ending",
    "Fields",
    "Framing",
    "Gate",
    "Limits",
    "Pause",
    "RateLimit",
    "Repeat",
    "Replay",
    "Reply",
    "Request",
    "Scenario",
    "ScenarioError",
    "ScenarioLike",
    "Sequence",
    "Signal",
    "Simulator",
    "Step",
    "Timing",
    "Upstream",
    "Wire",
    "faults",
    "load",
    "loads",
]
