"""Agents as processes of their own against a real server, one of them killed in the middle of a job: every job done once.

The agents are those of the benchmark (benchmarks/parts/made_up_agent.py): the real protocol, measurements made up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from didimdol.kernel.actor import SYSTEM
from didimdol.records.verifying import verify
from didimdol.verification import actions
from didimdol.verification.models import Device, DeviceJob, Run
from server.tests.verification.conftest import LABELS, fall_silent, queue

ROOT = Path(__file__).parents[3]
AGENTS, JOBS, OWNERS = 4, 40, 5

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # The live server lasts the whole session: it starts before a test's settings say where static files are.
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),
]


class Process:
    """One agent: what it says, line by line, and the word to go on."""

    def __init__(self, server: str, token: Path) -> None:
        script = str(ROOT / "benchmarks" / "parts" / "made_up_agent.py")
        self.process = subprocess.Popen(
            [sys.executable, script, "--server", server, "--token-file", str(token)],
            env={**os.environ, "PYTHONPATH": str(ROOT / "lab" / "src")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> tuple[str, str]:
        assert self.process.stdout is not None
        what, _, which = self.process.stdout.readline().strip().partition(" ")
        return what, which

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def until_idle(self) -> list[str]:
        """Let it work until there is nothing to do: the jobs it did."""
        did = []
        while (said := self.says())[0] != "idle":
            assert said[0] in ("leased", "done"), said
            if said[0] == "done":
                did.append(said[1])
            self.go()
        return did


@pytest.fixture
def start(live_server: Any, tmp_path: Path) -> Iterator[Callable[[Device, str], Process]]:
    started: list[Process] = []

    def begin(device: Device, clear: str) -> Process:
        token = tmp_path / f"{device.id}.token"
        token.write_text(clear)
        started.append(Process(live_server.url, token))
        return started[-1]

    yield begin
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


def test_every_job_is_done_once_although_an_agent_is_killed_in_the_middle(
    start: Callable[[Device, str], Process], make_organisation: Any
) -> None:
    operator = make_organisation("operator", "진흥원")
    devices = [
        actions.register_device(actor=SYSTEM, organisation=operator, name=f"{n}호기", labels=LABELS)
        for n in range(AGENTS)
    ]
    owners = [make_organisation("startup") for _ in range(OWNERS)]
    jobs = {str(queue(owners[n % OWNERS].id, content=str(n).encode()).id) for n in range(JOBS)}
    agents = [start(*device) for device in devices]

    victim = agents[0]
    what, held = victim.says()
    assert (what, held in jobs) == ("leased", True)
    victim.process.send_signal(signal.SIGKILL)
    assert victim.process.wait(timeout=30) == -signal.SIGKILL

    did: list[list[str]] = [[] for _ in agents]

    def work(n: int) -> None:
        did[n] = agents[n].until_idle()

    threads = [threading.Thread(target=work, args=[n]) for n in range(1, AGENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    assert sorted(id for each in did for id in each) == sorted(jobs - {held})

    fall_silent(DeviceJob.objects.within(pk=held).get())
    again = start(*devices[0])
    assert again.until_idle() == [held]

    stored = list(DeviceJob.objects.within(id__in=jobs).select_related("run"))
    assert {job.state for job in stored} == {"done"}
    assert len({job.run_id for job in stored}) == JOBS
    assert Run.objects.within(owner__in=[owner.id for owner in owners]).count() == JOBS
    assert all(job.run.envelope for job in stored)
    ends = {str(job.id): [lease["end"] for lease in job.leases] for job in stored}
    assert ends.pop(held) == ["expired", "done"]
    assert set(map(tuple, ends.values())) == {("done",)}
    checks = DeviceJob.objects.within(health_of__in=[device.id for device, _ in devices])
    assert checks.count() == checks.filter(state="done").count() == AGENTS + 1  # one a start
    assert verify().holds
