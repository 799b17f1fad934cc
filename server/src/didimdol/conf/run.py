"""``make run``: everything that the platform needs, on this machine, until Ctrl-C.

Embedded PostgreSQL (unless DATABASE_URL is set), web server, worker, device agent, and a small demo the first time.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from didimdol.conf import embedded

VAR = Path(os.environ.get("DIDIMDOL_VAR", "var")).resolve()
PR_SET_PDEATHSIG = 1


class Stop(Exception):
    """One clear line for the person at the terminal."""


def say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    options = argparse.ArgumentParser(prog="make run")
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--fresh", action="store_true")
    chosen = options.parse_args()
    try:
        with only_one():
            return serve(chosen.port, fresh=chosen.fresh)
    except (Stop, embedded.DatabaseFailed) as reason:
        print(f"make run: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(
                f"it is running already with the data in {VAR} (another terminal?); stop that one first"
            ) from None
        yield


def serve(port: int, *, fresh: bool) -> int:
    require_free(port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    ours = None if os.environ.get("DATABASE_URL") else embedded.cluster(VAR)
    if fresh:
        start_anew(ours)
    children: list[subprocess.Popen[bytes]] = []
    try:
        if ours:
            say("Starting PostgreSQL")
            ours.start()
            ours.create_database()
            os.environ["DATABASE_URL"] = ours.url
        os.environ["DIDIMDOL_SITE_URL"] = f"http://127.0.0.1:{port}"
        say("Bringing the database up to date")
        run("migrate", "--verbosity", "0")
        run("demo", "prepare")
        logs = VAR / "logs"
        logs.mkdir(exist_ok=True)
        web = child(logs / "web.log", web_command(port))
        children.append(web)
        children.append(
            child(logs / "worker.log", [sys.executable, "-m", "didimdol.conf.command", "procrastinate", "worker"])
        )
        children.append(
            child(
                logs / "agent.log",
                [
                    sys.executable,
                    "-m",
                    "didimdol_lab",
                    "agent",
                    "--server",
                    f"http://127.0.0.1:{port}",
                    "--token-file",
                    str(VAR / "agent-token"),
                    "--label",
                    "runtime:onnxruntime-cpu",
                    "--label",
                    f"arch:{os.uname().machine}",
                    "--work-dir",
                    str(VAR / "agent"),
                ],
            )
        )
        wait_until_it_answers(port, web, logs / "web.log")
        if not run("demo", "play", may_fail=True):
            say("The demo could not be made whole; the platform runs all the same. Start anew with: make run FRESH=1")
        say(f"\n  Didimdol runs at  http://127.0.0.1:{port}\n")
        run("demo", "accounts")
        say(f"  Logs: {logs}    Stop: Ctrl-C    Start anew: make run FRESH=1\n")
        return watch(children, logs)
    except KeyboardInterrupt:
        return 0
    finally:
        say("\nStopping")
        end(children)
        if ours:
            ours.stop()


def web_command(port: int) -> list[str]:
    """The web server, as it is started here; benchmarks start the same."""
    return [
        sys.executable, "-m", "gunicorn", "didimdol.conf.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4",
        "--worker-class", "gthread", "--timeout", "120", "--graceful-timeout", "5", "--no-control-socket",
    ]  # fmt: skip


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Stop(f"port {port} is busy; choose another: make run PORT={port + 1}") from None


def start_anew(ours: embedded.Embedded | None) -> None:
    if ours is None:
        raise Stop("FRESH=1 would empty the database of DATABASE_URL; unset it, or empty that database yourself")
    say("Starting anew: removing the data of the last run")
    ours.stop()
    shutil.rmtree(ours.data, ignore_errors=True)
    for name in ("files", "logs", "agent", "agent-token", "agent-token.key.pem"):
        path = VAR / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def run(*arguments: str, may_fail: bool = False) -> bool:
    done = subprocess.run([sys.executable, "-m", "didimdol.conf.command", *arguments], check=False)
    if done.returncode and not may_fail:
        raise Stop(f"'didimdol {' '.join(arguments)}' failed; what it said stands above")
    return done.returncode == 0


def child(log: Path, command: list[str]) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_us(),
        )


def die_with_us() -> Callable[[], None]:
    """A child ends when we do, even by kill -9."""
    libc = ctypes.CDLL(None)

    def ask_for_it() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return ask_for_it


def wait_until_it_answers(port: int, web: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if web.poll() is not None:
            raise Stop(f"the web server did not start; see {log}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise Stop(f"the web server does not answer; see {log}")


def watch(children: list[subprocess.Popen[bytes]], logs: Path) -> int:
    while True:
        for process in children:
            if process.poll() is not None:
                command = " ".join(str(word) for word in cast(list[str], process.args))
                say(f"A part ended by itself (exit {process.returncode}): {command[:120]}; see {logs}")
                return 1
        time.sleep(1)


def end(children: list[subprocess.Popen[bytes]]) -> None:
    for process in children:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + 10
    for process in children:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    raise SystemExit(main())
