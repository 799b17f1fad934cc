"""Entry of the sandboxed child: `python -m didimdol_lab.child <task>`, the request as JSON on stdin."""

from __future__ import annotations

import importlib
import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

from . import walls
from .channel import Channel, TaskRefused
from .instruments import Instruments

Task = Callable[[dict[str, Any], dict[str, str], Channel, Instruments], dict[str, Any]]

_MODULES = {
    "probe": "probe",
    "inspect": "inspection",
    "pack": "packing",
    "trial": "trial",
    "time": "timing",
    "accuracy": "accuracy",
    "sustain": "sustaining",
    "compare": "comparing",
    "inspect-package": "packaging",
    "generate": "generating",
}


def _task(name: str) -> Task:
    """Import the task and, with it, the runtime."""
    module = importlib.import_module(f".{_MODULES[name]}", __package__)
    run: Task = module.run
    return run


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in _MODULES:
        print(f"usage: python -m didimdol_lab.child {'|'.join(_MODULES)} < request.json", file=sys.stderr)
        return 2
    envelope = json.load(sys.stdin)
    channel = Channel()
    mechanisms = walls.before_imports(bool(envelope["namespaces"]))
    instruments = Instruments()
    files: dict[str, str] = envelope["files"]
    standing = walls.raise_all(envelope, list(files.values()), mechanisms)
    channel.layers(standing.mechanisms, standing.held, standing.obstacle)
    if not set(envelope["required"]) <= set(standing.held):
        return 0
    try:
        # Only now: importing a runtime may start threads, and the walls bind threads started after them.
        body = _task(sys.argv[1])(envelope["request"], files, channel, instruments)
    except TaskRefused as refusal:
        channel.error(refusal.code, refusal.detail)
    except ImportError as problem:
        channel.error("runtime_missing", {"package": str(problem.name)})
    except MemoryError:
        channel.error("memory_limit", {})
    except Exception as problem:  # the parent turns it into a refusal; a trace would be the model's to shape
        traceback.print_exc()
        channel.error("internal", {"error": f"{type(problem).__name__}: {problem}"[:500]})
    else:
        channel.result(body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
