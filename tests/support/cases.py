"""Tables of thousands of cases in one test, which pytest's `subtests` would make slow."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


@contextmanager
def cases() -> Iterator[Callable[[str], AbstractContextManager[None]]]:
    """Run cases of a table, and fail at the end with the name of each one that failed."""
    failed: dict[str, Exception] = {}

    @contextmanager
    def case(name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - all are raised at the end
            failed[name] = error

    yield case
    if failed:
        names = ", ".join([*failed][:20])
        more = f" and {len(failed) - 20} more" if len(failed) > 20 else ""
        for name, error in failed.items():
            error.add_note(f"case: {name}")
        raise ExceptionGroup(f"failed: {names}{more}", [*failed.values()][:5])
