"""Execute the notebook of `examples`, and store its outputs: `make examples/notebook.ipynb`."""

import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from .kernel import environment

NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook.ipynb"


def executed(path: Path, home: Path) -> NotebookNode:
    """Return a notebook with the outputs of a new execution.

    Args:
        path: The notebook.
        home: A folder for the files of Jupyter and IPython.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed.
    """
    notebook = nbformat.read(path, 4)
    client = NotebookClient(notebook, kernel_name="python3", timeout=60, record_timing=False)
    client.execute(env=environment(home), cwd=str(home))
    return notebook


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        nbformat.write(executed(NOTEBOOK, Path(home)), NOTEBOOK)
