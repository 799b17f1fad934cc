"""The queue of the devices under load: 20 agents and 2,000 jobs against the real server and database.

    .venv/bin/python benchmarks/device_queue.py [--agents 20] [--jobs 2000] [--kills 0.02] [--lease 5]

Starts an embedded PostgreSQL of its own in a new folder and the web server as ``make run`` starts it. The agents are processes
that speak the real protocol with keys of their own; their measurements are made up (parts/made_up_agent.py), so that the jobs pass.
Two in a hundred first leases end by SIGKILL in the middle of the job, and a new process takes the device over: it has to pass
its health check. Leases last ``--lease`` seconds instead of 60.

Prints: whether every job was done exactly once; the CPU time of the server's processes for a claim, a heartbeat and a result,
each in rounds of its own and in turn (no other request meanwhile), as medians with a 99% bootstrap interval, whose upper end
counts, and the least round (what else the machine does makes CPU time longer, never shorter); and how long two ordinary pages take meanwhile, over idle. Fails where a job was lost or done twice, or a claim takes
10 ms or more.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parts.made_up_agent import LABELS, offer, result

from didimdol_lab.agent.client import Client
from didimdol_lab.comparing import bootstrap
from didimdol_lab.contract import Job, Phase, Progress
from didimdol_lab.evidence import own_key

CLAIM_LIMIT_MS = 10.0
ROUNDS = 12
SLOW = 120  # seconds within which a request or a process has to answer


@dataclass
class Server:
    """What was started: the address, the processes whose CPU time counts, and where data stand."""

    url: str
    web: subprocess.Popen[bytes]
    postmaster: int

    def cpu(self) -> tuple[float, float]:
        """CPU time in ms that the web server's processes and the database's took so far."""
        return _cpu(self.web.pid), _cpu(self.postmaster)


def _cpu(parent: int) -> float:
    """Of a process, its children and those of them that have ended, all threads, in ms.

    The clock of another process has a number made of the process id (clock_getcpuclockid).
    """
    total, ticks = 0, os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(entry.name) == parent:
                total += (int(fields[13]) + int(fields[14])) * 1_000_000_000 // ticks
            if parent in (int(entry.name), int(fields[1])):
                total += time.clock_gettime_ns((~int(entry.name) << 3) | 2)
        except OSError:
            continue  # it has ended
    return total / 1e6


# --- the platform --------------------------------------------------------------------------------------------------


@contextmanager
def platform(folder: Path, lease: float) -> Iterator[Server]:
    """The database and the web server in ``folder``, until the end of the block."""
    os.environ |= {
        "DIDIMDOL_DEVELOPMENT": "1",
        "DIDIMDOL_VAR": str(folder),
        "DIDIMDOL_LEASE_SECONDS": str(lease),
        "DJANGO_SETTINGS_MODULE": "didimdol.conf.settings",
    }
    from didimdol.conf import embedded, run

    ours = embedded.cluster(folder)
    web = None
    try:
        ours.start()
        ours.create_database()
        os.environ["DATABASE_URL"] = ours.url
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        os.environ["DIDIMDOL_SITE_URL"] = f"http://127.0.0.1:{port}"
        run.run("migrate", "--verbosity", "0")
        web = run.child(folder / "web.log", run.web_command(port))
        run.wait_until_it_answers(port, web, folder / "web.log")
        postmaster = int((ours.data / "postmaster.pid").read_text().split()[0])
        yield Server(f"http://127.0.0.1:{port}", web, postmaster)
    finally:
        if web is not None:
            run.end([web])
        ours.stop()
        shutil.rmtree(ours.data.parent, ignore_errors=True)


@dataclass
class World:
    tokens: list[Path]
    owners: list[Any]
    cookie: str
    jobs: list[str] = field(default_factory=list)

    def queue(self, jobs: int) -> None:
        """Jobs of all the owners, in turn, each with a model of its own."""
        import io

        from didimdol.kernel import blobs
        from didimdol.kernel.action import writing
        from didimdol.kernel.actor import SYSTEM
        from didimdol.verification.actions import queue_job
        from didimdol_lab.contract import Plan

        plan = Plan()
        for n in range(jobs):
            owner = self.owners[n % len(self.owners)]
            with writing("benchmark.queue", SYSTEM):
                model = blobs.store(
                    io.BytesIO(b"model " + secrets.token_bytes(64)), organisation=owner.id, most_bytes=1000
                )
                job = queue_job(
                    actor=SYSTEM, owner=owner, subject=owner.id, challenge=None, model=model,
                    model_name=f"model-{n}.onnx", dataset=None, plan=plan, labels=LABELS,
                )  # fmt: skip
            self.jobs.append(str(job.id))


def people(folder: Path, agents: int, owners: int) -> World:
    """An operator with its devices, applicants, and a signed-in verification engineer."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client as Browser

    from didimdol.kernel.actor import SYSTEM
    from didimdol.people.actions import assign_role, create_organisation, register_person
    from didimdol.verification.actions import register_device

    def organisation(kind: str, name: str) -> Any:
        return create_organisation(actor=SYSTEM, kind=kind, name={"ko": name, "en": name})

    operator = organisation("operator", "Operator")
    tokens = []
    for n in range(agents):
        _, clear = register_device(actor=SYSTEM, organisation=operator, name=f"Device {n:02}", labels=LABELS)
        tokens.append(folder / f"device-{n:02}")
        tokens[-1].write_text(clear)
    engineer = register_person(
        actor=SYSTEM, email="engineer@example.kr", name="Engineer", password=secrets.token_urlsafe(12)
    )
    assign_role(actor=SYSTEM, person=engineer, organisation=operator, role="verifier", challenge=None, field="")
    browser = Browser()
    browser.force_login(engineer, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={browser.cookies[name].value}"
    return World(tokens, [organisation("startup", f"Startup {n}") for n in range(owners)], cookie)


# --- what a request costs ------------------------------------------------------------------------------------------


def costs(server: Server, world: World) -> dict[str, list[tuple[float, float]]]:
    """CPU ms (web, database) a request, by kind, one entry a round; nothing else asks meanwhile."""
    agents = []
    for n, token in enumerate(world.tokens):
        signer = own_key(Path(f"{token}.key.pem"))
        agents.append((Client(server.url, token.read_text(), timeout=SLOW), signer, offer(signer, f"costs-{n}")))
    for client, signer, request in agents:  # keys, versions and health checks come once
        check = client.claim(request).job
        assert check is not None and check.health
        client.result(check, result(check, signer))
    found: dict[str, list[tuple[float, float]]] = {}

    def measured(kind: str, requests: list[Callable[[], Any]]) -> list[Any]:
        before = server.cpu()
        answers = [request() for request in requests]
        after = server.cpu()
        found.setdefault(kind, []).append(
            tuple((late - early) / len(requests) for late, early in zip(after, before, strict=True))  # type: ignore[arg-type]
        )
        return answers

    progress = Progress(phase=Phase.measuring, done=1, total=3)
    for _ in range(ROUNDS):
        measured("claim without a job", [lambda c=c, r=r: c.claim(r) for c, _, r in agents])  # type: ignore[misc]
        world.queue(len(agents))
        jobs: list[Job] = [
            answer.job
            for answer in measured("claim", [lambda c=c, r=r: c.claim(r) for c, _, r in agents])  # type: ignore[misc]
        ]
        held = list(zip(agents, jobs, strict=True))
        measured("heartbeat", [lambda c=c, j=j: c.heartbeat(j, progress) for (c, _, _), j in held])  # type: ignore[misc]
        messages = [(client, job, result(job, signer)) for (client, signer, _), job in held]
        measured("result", [lambda c=c, j=j, m=m: c.result(j, m) for c, j, m in messages])  # type: ignore[misc]
    return found


# --- pages ---------------------------------------------------------------------------------------------------------


class Pages:
    """Asks for two ordinary pages in turn and keeps how long each took (ms)."""

    def __init__(self, server: Server, world: World) -> None:
        self.addresses = {"front page": "/", "devices page": "/verification/devices/"}
        self.server, self.cookie = server, world.cookie

    def once(self, times: dict[str, list[float]]) -> None:
        for name, path in self.addresses.items():
            request = urllib.request.Request(self.server.url + path, headers={"Cookie": self.cookie})
            start = time.perf_counter()
            with urllib.request.urlopen(request, timeout=SLOW) as answer:
                assert answer.status == 200 and answer.geturl() == self.server.url + path
                answer.read()
            times.setdefault(name, []).append((time.perf_counter() - start) * 1000)

    def until(self, stop: threading.Event, times: dict[str, list[float]]) -> None:
        while not stop.wait(0.2):
            self.once(times)


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


# --- the load ------------------------------------------------------------------------------------------------------


class Supervisor:
    """Keeps one agent process a device at work, and kills some of them in the middle of a job."""

    def __init__(self, server: Server, world: World, kills: float, seed: int) -> None:
        self.server, self.world = server, world
        random_ = random.Random(seed)
        #: a job is killed at its first lease only: three kills of one job would end it, by the rule
        self.doomed = set(random_.sample(world.jobs, round(len(world.jobs) * kills)))
        self.left = set(world.jobs)
        self.lock = threading.Lock()
        self.killed = self.dropped = 0
        self.failed: list[BaseException] = []

    def start(self, token: Path) -> subprocess.Popen[str]:
        script = Path(__file__).parent / "parts" / "made_up_agent.py"
        return subprocess.Popen(
            [sys.executable, str(script), "--server", self.server.url, "--token-file", str(token)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def serve(self, token: Path) -> None:
        process = self.start(token)
        try:
            while self.left and not self.failed:
                assert process.stdin is not None and process.stdout is not None
                what, _, which = process.stdout.readline().strip().partition(" ")
                if what == "leased" and self._dies(which):
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                    process = self.start(token)
                    continue
                if what == "idle":
                    time.sleep(
                        min(float(which), 1.0) * random.uniform(0.8, 1.2)
                    )  # the benchmark's leases are short too
                elif what == "done":
                    with self.lock:
                        self.left.discard(which)
                elif what == "dropped":
                    with self.lock:
                        self.dropped += 1
                elif what != "leased":
                    raise RuntimeError(f"an agent ended by itself, saying {what!r}")
                process.stdin.write("go\n")
                process.stdin.flush()
        except BaseException as failure:  # noqa: BLE001  (told by run, in the main thread)
            self.failed.append(failure)
        finally:
            process.kill()
            process.communicate()

    def _dies(self, job: str) -> bool:
        with self.lock:
            if job not in self.doomed:
                return False
            self.doomed.discard(job)
            self.killed += 1
            return True

    def run(self) -> float:
        """Until all jobs are done; the seconds it took."""
        start = time.perf_counter()
        threads = [threading.Thread(target=self.serve, args=[token]) for token in self.world.tokens]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failed:
            raise self.failed[0]
        return time.perf_counter() - start


def counted(world: World, killed: int) -> list[str]:
    """What is wrong with the jobs that ran under load; nothing where each was done exactly once."""
    from didimdol.verification.models import Device, DeviceJob, Run

    jobs = list(DeviceJob.objects.within(id__in=world.jobs).select_related("run").defer("plan", "run__measurement"))
    ends = [lease["end"] for job in jobs for lease in job.leases]
    runs = Run.objects.within(owner__in=[owner.id for owner in world.owners])
    measured_before = ROUNDS * len(world.tokens)
    sick = Device.objects.unscoped(why="the benchmark's own").exclude(state__in=["good", "suspect"]).count()
    facts = {
        "jobs done": (sum(job.state == "done" for job in jobs), len(world.jobs)),
        "runs, one a job": (len({job.run_id for job in jobs}), len(world.jobs)),
        "runs stored": (runs.count(), len(world.jobs) + measured_before),
        "leases that ended with a result": (ends.count("done"), len(world.jobs)),
        "leases that ended by a kill": (ends.count("expired"), killed),
        "runs signed by the device": (sum(bool(job.run and job.run.envelope) for job in jobs), len(world.jobs)),
        "devices in quarantine": (sick, 0),
    }
    for name, (found, wanted) in facts.items():
        print(f"  {name}: {found} of {wanted}")
    return [name for name, (found, wanted) in facts.items() if found != wanted]


# --- all of it -----------------------------------------------------------------------------------------------------


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--agents", type=int, default=20)
    arguments.add_argument("--jobs", type=int, default=2000)
    arguments.add_argument("--owners", type=int, default=40)
    arguments.add_argument("--kills", type=float, default=0.02)
    arguments.add_argument("--lease", type=float, default=5.0)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name, platform(Path(name), asked.lease) as server:
        world = people(Path(name), asked.agents, asked.owners)
        pages, idle, busy = Pages(server, world), {}, {}  # type: ignore[var-annotated]
        for _ in range(5):
            pages.once({})  # the first answers compile templates
        print(
            f"CPU ms a request, median of {ROUNDS} rounds of {asked.agents} (99% interval), the least disturbed round; "
            "the database's beside it"
        )
        for kind, rounds in costs(server, world).items():
            found, least = bootstrap([web for web, _ in rounds]), min(web for web, _ in rounds)
            database = statistics.median(base for _, base in rounds)
            print(
                f"  {kind:20} {found.value:6.2f} ({found.lower:.2f}–{found.upper:.2f}), least {least:.2f}; {database:.2f}",
                flush=True,
            )
            if kind == "claim" and found.upper >= CLAIM_LIMIT_MS:
                wrong.append(f"a claim takes {found.upper:.1f} ms of CPU")
        world.jobs.clear()
        world.queue(asked.jobs)
        for _ in range(100):
            pages.once(idle)
        supervisor = Supervisor(server, world, asked.kills, asked.seed)
        stop = threading.Event()
        reader = threading.Thread(target=pages.until, args=[stop, busy])
        before = server.cpu()
        reader.start()
        seconds = supervisor.run()
        after = server.cpu()
        stop.set()
        reader.join()
        print(
            f"{asked.jobs} jobs by {asked.agents} agents in {seconds:.0f} s; {supervisor.killed} agents killed in the middle "
            f"of a job; server CPU {(after[0] - before[0]) / asked.jobs:.1f} ms a job, the database's "
            f"{(after[1] - before[1]) / asked.jobs:.1f} ms, everything included"
        )
        wrong += counted(world, supervisor.killed)
        for page in idle:
            ratios = ", ".join(
                f"p{share * 100:.0f} {percentile(idle[page], share):.0f} → {percentile(busy[page], share):.0f} ms "
                f"(ratio {percentile(busy[page], share) / percentile(idle[page], share):.1f})"
                for share in (0.5, 0.99)
            )
            print(f"{page}, idle → under load: {ratios}; {len(busy[page])} answers")
    if wrong:
        raise SystemExit("not as it must be: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
