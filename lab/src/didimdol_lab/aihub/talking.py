"""Request and messages of the worker. It passes on what a service elsewhere says: every line is validated."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from ..contract.base import Strict
from ..contract.plan import MAX_SAMPLES_PER_PROCESS
from ..contract.protocol import Phase
from ..refusals import refuse
from ..sandbox import supervision
from .failures import SERVICE_FAULTS, problem, refusal_of_job
from .settings import Settings

_START = "import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_module('worker', run_name='__main__')"
"""Runs the folder `worker` as a package of its own: in that environment there is no didimdol_lab."""
GRACE = 20.0
"""Seconds that the worker has to end by itself after its deadline."""
_Text = Annotated[str, StringConstraints(max_length=2000)]
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9._~:/\[\]-]{1,400}$")]
_Micros = Annotated[int, Field(ge=0, le=10**12)]
_Bytes = Annotated[int, Field(ge=0, le=10**15)]


class Device(Strict):
    type: Literal["device"]
    name: _Text
    os: _Text
    attributes: list[_Text] = Field(max_length=60)


class Job(Strict):
    type: Literal["job"]
    kind: Literal["compile", "inference"]
    id: _Id
    url: _Url
    attempt: int = Field(ge=1, le=20)


class LayerTime(Strict):
    name: _Text
    operator: _Text
    unit: _Text
    us: _Micros


class Profile(Strict):
    """One profile job. Times in microseconds, memory in bytes as (lower, upper)."""

    type: Literal["profile"]
    times_us: list[_Micros] = Field(min_length=1, max_length=MAX_SAMPLES_PER_PROCESS)
    first_load_us: _Micros | None
    warm_load_us: _Micros | None
    compile_us: _Micros | None
    load_memory: tuple[_Bytes, _Bytes] | None
    inference_memory: tuple[_Bytes, _Bytes] | None
    units: dict[Literal["CPU", "GPU", "NPU", "UNSPECIFIED"], Annotated[int, Field(ge=0)]]
    on_cpu: dict[_Text, Annotated[int, Field(ge=0)]] = Field(max_length=200)
    layers: list[LayerTime] = Field(max_length=200)
    tools: list[_Text] = Field(max_length=20)
    settings: list[_Text] = Field(max_length=200)


class _Progressed(Strict):
    type: Literal["progress"]
    phase: Literal["loading", "measuring"]
    done: int = Field(ge=0, le=10**6)
    total: int = Field(ge=0, le=10**6)
    note: Annotated[str, StringConstraints(max_length=100)]


class _Outputs(Strict):
    type: Literal["outputs"]
    count: int = Field(ge=1, le=1000)


class _Done(Strict):
    type: Literal["done"]
    client: Annotated[str, StringConstraints(max_length=40)]


class _Error(Strict):
    type: Literal["error"]
    code: Annotated[str, StringConstraints(max_length=40)]
    detail: dict[Annotated[str, StringConstraints(max_length=64)], _Text] = Field(max_length=16)


_LINE: TypeAdapter[Any] = TypeAdapter(
    Annotated[Device | Job | Profile | _Progressed | _Outputs | _Done | _Error, Field(discriminator="type")]
)
Tell = Callable[[Phase, int, int, str], None]


@dataclass
class Heard:
    """All that a worker said. `client`: the version of `qai-hub`."""

    tell: Tell
    device: Device | None = None
    jobs: list[Job] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    client: str = ""
    outputs: int = 0
    error: _Error | None = None

    def __call__(self, line: bytes) -> None:
        try:
            message = _LINE.validate_json(line)
        except ValidationError as problem:
            first = problem.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise supervision.Stop(f"{where}: {first['type']}"[:300]) from None
        match message:
            case Device():
                self.device = message
            case Job():
                self.jobs.append(message)
            case Profile():
                self.profiles.append(message)
            case _Progressed():
                self.tell(Phase(message.phase), message.done, message.total, message.note)
            case _Outputs():
                self.outputs = message.count
            case _Done():
                self.client = message.client
            case _Error():
                self.error = message

    def last_job(self) -> dict[str, str]:
        """Where to look for what became of it."""
        return {"job": self.jobs[-1].id, "url": self.jobs[-1].url} if self.jobs else {}


def ask(
    request: Mapping[str, Any],
    settings: Settings,
    *,
    operators: Collection[str],
    tell: Tell,
    cancel: threading.Event | None,
) -> Heard:
    """Let the worker do `request`. `operators`: of the model. Raises Refused: one of aihub_*, cancelled."""
    heard = Heard(tell)
    with tempfile.TemporaryDirectory(prefix="didimdol-aihub-") as home:
        full = {
            **request,
            "service_faults": sorted(SERVICE_FAULTS),
            "seconds": settings.seconds,
            "poll_seconds": settings.poll_seconds,
            "answer_bytes": settings.answer_bytes,
            "memory_bytes": settings.memory_bytes,
        }
        ended = supervision.watch(
            [str(settings.python), "-I", "-B", "-c", _START, str(Path(__file__).parent)],
            environment=settings.environment(Path(home)),
            request=json.dumps(full).encode(),
            seconds=settings.seconds + GRACE,
            on_line=heard,
            cancel=cancel,
        )
    if ended.stop == "cancelled":
        raise refuse("cancelled", **heard.last_job())
    if ended.stop == "time_limit":
        raise refuse("aihub_time_limit", seconds=f"{settings.seconds:g}", **heard.last_job())
    if ended.stop is not None:
        raise refuse("aihub_answer", reason=ended.stop, **heard.last_job())
    error = heard.error
    if error is not None:
        detail = {**error.detail, **heard.last_job()}
        raise (
            refusal_of_job(detail, operators)
            if error.code == "job_failed"
            else problem(error.code, detail, settings)
        )
    if ended.code != 0 or not heard.client:
        # What the worker printed is not shown: a library may have printed anything there.
        raise refuse("aihub_fault", reason=f"exit {ended.code}", **heard.last_job())
    return heard
