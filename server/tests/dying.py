"""A process of the server that is killed (kill -9) in the middle of an action."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

#: One process is started, since that is dear; for each moment it forks a child that acts and dies there. Whatever the
#: script's own moments are, "before_the_commit" is the last moment before it and "after_the_commit" the first after it.
PRELUDE = """
import os, signal, sys
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = os.environ["DYING_DATABASE"]
from didimdol.kernel.action import audit_sink
from didimdol.people.models import Person
from didimdol.people.queries import actor_of

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
"""
LOOP = """
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            moment, *words = line.split("\\t")
            if moment == "before_the_commit":
                written = audit_sink._answer
                audit_sink._answer = lambda context: (written(context), die())
            act(moment, *(word.rstrip("\\n") for word in words))
            die()
        finally:
            os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def dying(script: str) -> Iterator[Callable[..., None]]:
    """A process of the server beside this one, on the same database; each call lets a child of it be killed.

    ``script``: defines ``act(moment, *words)`` in Python; there are ``die``, ``Person``, ``actor_of``.
    """
    root = Path(__file__).resolve().parents[2]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "didimdol.conf.settings"),
        "DYING_DATABASE": str(connection.settings_dict["NAME"]),
        "PYTHONPATH": os.pathsep.join(str(root / part) for part in ("server/src", "decide/src", "lab/src")),
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-c", PRELUDE + script + LOOP]
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdin is not None and process.stdout is not None

        def die(*words: object) -> None:
            process.stdin.write("\t".join(map(str, words)) + "\n")
            process.stdin.flush()
            code = process.stdout.readline().strip()
            assert code == str(-signal.SIGKILL), code or process.communicate()[1]

        try:
            yield die
        finally:
            process.stdin.close()
