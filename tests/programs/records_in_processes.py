"""Records from several processes to the file that RECORDING names."""

import os

from mistralai.recording import Recorder


def record(recorder: Recorder, name: str) -> None:
    for number in range(500):
        exchange = recorder.begin("GET", f"http://h/{name}-{number}", [], b"")
        exchange.read(f"{name}-{number}".encode())
        exchange.ended("complete")


def main() -> None:
    path = os.environ["RECORDING"]
    shared = Recorder(path)
    record(shared, "before")
    children: list[int] = []
    for name in ("forked", "fresh"):
        child = os.fork()
        if not child:
            recorder = shared if name == "forked" else Recorder(path)
            record(recorder, name)
            recorder.close()
            os._exit(0)
        children.append(child)
    record(shared, "parent")
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    shared.close()


main()
