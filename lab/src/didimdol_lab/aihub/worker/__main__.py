"""The worker from request to last line."""

from __future__ import annotations

import json
import resource
import signal
import sys
from typing import Any

from .voice import Voice


class Deadline(BaseException):
    """Time is up. No Exception, so that no retry of a library can swallow it."""


def _ring(*_: object) -> None:
    raise Deadline


def main() -> int:
    request: dict[str, Any] = json.load(sys.stdin)
    voice = Voice()
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, request["seconds"])
    for limit, most in (
        (resource.RLIMIT_AS, request["memory_bytes"]),
        (resource.RLIMIT_FSIZE, request["answer_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (lower, lower))
    try:
        from .errors import Problem, named

        try:
            from .work import Work

            Work(request, voice).run()
        except Problem as problem:
            voice.send({"type": "error", "code": problem.code, "detail": problem.detail})
        except ImportError as problem:
            voice.send({"type": "error", "code": "missing", "detail": {"package": str(problem.name)}})
        except Exception as problem:  # the client raises what it likes: named, or told as a fault
            code, detail = named(problem)
            voice.send({"type": "error", "code": code, "detail": detail})
        signal.setitimer(signal.ITIMER_REAL, 0)
    except Deadline:
        voice.send({"type": "error", "code": "deadline", "detail": {}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
