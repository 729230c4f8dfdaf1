"""Measure one thing for one client, in this process.

    python -m benchmarks.worker CLIENT JOB

CLIENT is a script of `clients`, JOB a JSON object: `measure` names the function to call, the rest
are its arguments. The figures are printed as a JSON object.
"""

import importlib
import json
import resource
import sys
from pathlib import Path


def main() -> None:
    name, job = sys.argv[1], json.loads(sys.argv[2])
    module, _, function = job.pop("measure").partition(":")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sys.path.insert(0, str(Path(__file__).parent / "clients"))
    client = importlib.import_module(name)
    measure = getattr(importlib.import_module(f"benchmarks.measure.{module}"), function)
    print(json.dumps(measure(client, job.pop("base"), **job)))


if __name__ == "__main__":
    main()
