"""The heartbeat of one job: keeps the lease, carries progress, learns of a cancel or a lost lease."""

from __future__ import annotations

import threading
import time

from ..contract.protocol import Job, Phase, Progress
from .client import Client, Misunderstood, Stale, Unauthorised, Unreachable


class Heart:
    """Use as a context manager around the work. `stop_work` is set when the work is in vain."""

    def __init__(self, client: Client, job: Job) -> None:
        self._client = client
        self._job = job
        self._finished = threading.Event()
        self._newest = Progress(phase=Phase.fetching)
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self.stop_work = threading.Event()
        self.why = ""

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        self._thread.join(timeout=1.0)

    def show(self, progress: Progress) -> None:
        """Remember the newest progress; it travels with the next beat."""
        self._newest = progress

    def _stop(self, why: str) -> None:
        self.why = why
        self.stop_work.set()

    def _beat(self) -> None:
        leased_until = time.monotonic() + self._job.lease_seconds
        while not self._finished.wait(self._job.heartbeat_seconds):
            try:
                answer = self._client.heartbeat(self._job, self._newest)
            except Stale:
                return self._stop("stale")
            except Unauthorised:
                return self._stop("unauthorised")
            except (Unreachable, Misunderstood):
                if time.monotonic() > leased_until:
                    return self._stop("stale")
                continue
            leased_until = time.monotonic() + answer.lease_seconds
            if answer.cancel:
                return self._stop("cancelled")
        return None
