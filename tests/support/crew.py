"""Workers of a run on Ray, as objects of this process: without Ray, but with all that is ours."""

import asyncio
import pickle
from contextlib import asynccontextmanager

from mistralai.bulk.ray.crew import WorkerLostError
from mistralai.bulk.ray.engine import CrewEngine
from mistralai.bulk.ray.settings import ClientSettings
from mistralai.bulk.ray.worker import Worker


class Hand:
    """The calls to a worker of this process, which can die, or not be reached for a while.

    Messages through it are pickled and unpickled.

    Attributes:
        taken: The reports that went through it.
        late: Reports that come late, when reports are taken the next time.
        delivered: Set when they have come.
    """

    def __init__(self, make, recovered):
        self._make = make
        self._recovered = recovered
        self._worker = make()
        self._lost = asyncio.get_running_loop().create_future()
        self.taken = []
        self.late = []
        self.delivered = asyncio.Event()

    def lose(self, *, alive=False, forever=False):
        """Fail the calls that are under way, and all later ones until `recover`."""
        if not alive:
            self.end()
        self._lost.set_result(WorkerLostError("the node is gone", forever=forever))

    def end(self):
        """End the worker, and what it is asking."""
        if self._worker is not None:
            self._worker.die()
        self._worker = None

    def spoil(self):
        """Make the worker raise an error that is not one of a request."""
        self._worker._asker = None

    def recover(self):
        """Answer again, with a new worker if the old one is dead."""
        self._worker = self._worker or self._make()
        self._lost = asyncio.get_running_loop().create_future()
        self._recovered.set()

    async def give(self, epoch, orders):
        await self._call("give", epoch, pickle.loads(pickle.dumps(orders)))

    async def take(self, epoch):
        late, self.late = self.late, []
        reports = late or await self._call("take", epoch)
        self.taken += reports
        if late:
            self.delivered.set()
        return pickle.loads(pickle.dumps(reports))

    @property
    def busy(self):
        """The number of rows that the worker asks."""
        return len(self._worker._tasks)

    async def _call(self, method, *args):
        lost = self._lost
        if lost.done():
            raise lost.result()
        call = asyncio.ensure_future(getattr(self._worker, method)(*args))
        try:
            await asyncio.wait([call, lost], return_when=asyncio.FIRST_COMPLETED)
            if lost.done():
                raise lost.result()
            return call.result()
        finally:
            call.cancel()


class Mortal(Worker):
    """A worker whose process can die: its tasks end, and nobody hears of it."""

    def die(self):
        for _, task in self._tasks.values():
            task.cancel()
        self._tasks.clear()


class Crewed:
    """Workers of this process as the engine of a run.

    Args:
        workers: The number of workers.
        observers: The observers of their clients.

    Attributes:
        hands: The calls to the workers, once there are workers.
        hired: Set when there are workers.
        engine: Its engine.
    """

    def __init__(self, workers=2, observers=()):
        self._workers = workers
        self._observers = observers
        self.hands = []
        self.hired = asyncio.Event()
        self._recovered = asyncio.Event()

    async def _sleep(self, _):
        """Sleep until a worker has recovered: no time passes in a test."""
        await self._recovered.wait()
        self._recovered.clear()

    def __call__(self, client, defaults, limits):
        settings = pickle.loads(pickle.dumps(ClientSettings.of(client)))

        @asynccontextmanager
        async def hiring():
            def make():
                worker = Mortal(settings, defaults, limits, linger=0)
                worker._client.sdk_configuration.observers = self._observers
                return worker

            self.hands += (Hand(make, self._recovered) for _ in range(self._workers))
            self.hired.set()
            yield self.hands
            for hand in self.hands:
                hand.end()

        self.engine = CrewEngine(hiring(), defaults, limits, sleep=self._sleep)
        return self.engine
