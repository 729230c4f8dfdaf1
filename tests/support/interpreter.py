"""The modules that a program loads."""

import subprocess
import sys


def modules_after(code: str) -> set[str]:
    """Return the modules that `code` loads in a fresh interpreter after its startup."""
    script = f"import sys\nstart = {{*sys.modules}}\n{code}\nprint(*sys.modules.keys() - start)"
    run = [sys.executable, "-W", "error", "-c", script]
    return set(subprocess.run(run, capture_output=True, text=True, check=True).stdout.split())
