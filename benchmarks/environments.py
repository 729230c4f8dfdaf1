"""One environment per peer, under `.bench/`, created again when its requirements change."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".bench"
REQUIREMENTS = Path(__file__).parent / "requirements"

# For the versions in the report.
_FREEZE = """
import importlib.metadata, json
print(json.dumps({d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}))
"""


class Environments:
    """The interpreters of the environments.

    Args:
        here: Use the running interpreter for every environment, and create none.
    """

    def __init__(self, *, here: bool) -> None:
        self._here = here
        self._made: dict[str, Path] = {}

    def python(self, name: str) -> Path:
        """Return the interpreter of an environment, created if it is missing or out of date."""
        if self._here:
            return Path(sys.executable)
        if name not in self._made:
            self._made[name] = _make(name)
        return self._made[name]

    def variables(self, ca_file: Path) -> dict[str, str]:
        """Return the environment variables of a measured process: few, and the same for each."""
        kept = ("PATH", "HOME", "LANG", *(("PYTHONPATH",) if self._here else ()))
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "SSL_CERT_FILE": str(ca_file),
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # otherwise its import fetches a file
        }

    @staticmethod
    def required(name: str) -> list[str]:
        """Return the packages that the requirements of an environment name."""
        lines = (REQUIREMENTS / f"{name}.txt").read_text().splitlines()
        return [re.split(r"[=\[]", line)[0] for line in lines if line and not line.startswith("#")]

    def versions(self) -> dict[str, dict[str, str]]:
        """Return the installed packages of each environment that was used."""
        found = {}
        for name, python in self._made.items():
            output = subprocess.run([python, "-c", _FREEZE], check=True, capture_output=True)
            installed = json.loads(output.stdout)
            found[name] = dict(sorted(installed.items(), key=lambda item: item[0].lower()))
        return found


def _make(name: str) -> Path:
    folder = HOME / name
    python = folder / "bin" / "python"
    wanted = (REQUIREMENTS / f"{name}.txt").read_text()
    ready = folder / "ready"
    if ready.exists() and ready.read_text() == wanted:
        return python
    print(f"creating the environment {name}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", REQUIREMENTS / f"{name}.txt"], check=True)
    if name in {"this", "ray", "relay"}:
        ours = ["--no-deps", "--no-build-isolation", "--editable", ROOT]
        subprocess.run([*pip, *ours], check=True)
    ready.write_text(wanted)
    return python
