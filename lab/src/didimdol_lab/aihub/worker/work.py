"""The way of one measurement through the client: device, model, inputs, compilation, jobs, profiles, outputs."""

from __future__ import annotations

import difflib
import re
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import qai_hub
import requests
from qai_hub import public_api_pb2, public_rest_api
from qai_hub.util import session

from .errors import Problem, named
from .profiles import told
from .voice import Voice

_Answer = TypeVar("_Answer")
_LOCAL = ("localhost", "127.0.0.1", "::1")


class Work:
    """One request and the client that serves it. Raises Problem, and whatever the client raises."""

    def __init__(self, request: dict[str, Any], voice: Voice) -> None:
        self.request = request
        self.voice = voice
        self.pause = float(request["poll_seconds"])
        # The client's own pauses between retries, from 0.75 s doubling; ours are a tenth of a look at a job.
        session.BACKOFF_FACTOR = min(0.75, self.pause / 10)
        _cap_answers(request["answer_bytes"])
        self.client = self._configured()
        voice.secret = self.client.config.api_token
        self.device = self._device()

    def _configured(self) -> qai_hub.Client:
        client = qai_hub.Client()
        try:
            config = client.config
        except Exception as problem:  # any of a dozen, from a missing file to a broken line
            raise Problem("config", reason=type(problem).__name__) from None
        address = urllib.parse.urlsplit(config.api_url)
        if address.scheme != "https" and address.hostname not in _LOCAL:
            raise Problem("config", reason="api_url is not https")
        token = config.api_token
        if not token or any(not 33 <= ord(character) <= 126 for character in token):
            raise Problem("config", reason="api_token is empty or has characters a header cannot carry")
        client.set_verbose(False)
        return client

    def run(self) -> None:
        request = self.request
        self.voice.send({"type": "progress", "phase": "loading", "done": 0, "total": 3, "note": "upload"})
        model: Any = self.client.upload_model(request["model"], name=request["name"])
        arrays = {each["name"]: array(each, request["seed"]) for each in request["inputs"]}
        runtime = self._target_runtime()
        if runtime is not None:
            self.voice.send(
                {"type": "progress", "phase": "loading", "done": 1, "total": 3, "note": "compile"}
            )
            model, arrays = self._compile(model, arrays, runtime)
        inputs: Any = None
        if arrays:
            inputs = self.client.upload_dataset(
                {name: [each] for name, each in arrays.items()}, name=request["name"]
            )
        self.voice.send({"type": "progress", "phase": "loading", "done": 3, "total": 3, "note": ""})
        last: Any = None
        for number in range(request["jobs"]):
            last = self._profile(number, model, inputs)
        if request["outputs_file"] is not None:
            self._outputs(last)
        self.voice.send({"type": "done", "client": str(qai_hub.__version__)})

    def _device(self) -> qai_hub.Device:
        """The one device meant; of several systems the newest, and pinned, so that all jobs run on the same kind."""
        wanted = self.request["device"]
        name, rest = wanted["name"], (wanted["os"], wanted["attributes"])
        found = self.client.get_devices(name, *rest)
        if not found:
            everything = self.client.get_devices()
            # A platform's label has the name without spaces.
            alike = {device.name for device in everything if _label(device.name) == _label(name)} - {name}
            if len(alike) == 1:
                found = self.client.get_devices(alike.pop(), *rest)
            if not found:
                asked = " ".join([name, wanted["os"], *wanted["attributes"]]).strip()
                raise Problem("device_unknown", device=asked, nearest=_nearest(name, everything) or "-")
        device = max(found, key=lambda each: _version(each.os))
        attributes = [str(each) for each in device.attributes][:60]
        self.voice.send({"type": "device", "name": device.name, "os": device.os, "attributes": attributes})
        return device

    def _target_runtime(self) -> str | None:
        """What to compile for. None: the model runs as it was handed in."""
        asked: str | None = self.request["target_runtime"]
        if asked is not None or not self.request["model"].endswith(".onnx"):
            return asked
        can = set(self.device.attributes)
        if "framework:onnx" in can:  # open shapes are closed by a compilation; nothing else needs one
            return "onnx" if self.request["open_shapes"] else None
        return "qnn_dlc" if "framework:qnn" in can else "tflite"

    def _pinned(self) -> qai_hub.Device:
        return qai_hub.Device(self.device.name, self.device.os)

    def _compile(
        self, model: Any, arrays: dict[str, np.ndarray[Any, Any]], runtime: str
    ) -> tuple[Any, dict[str, np.ndarray[Any, Any]]]:
        """The compiled model, and the inputs in the types that it takes."""
        options = f"--target_runtime {runtime}"
        if runtime != "onnx":
            options += " --truncate_64bit_io"  # their devices have no 64-bit inputs and outputs
        specs: Any = {name: (each.shape, each.dtype.name) for name, each in arrays.items()}
        job = self._submitted(
            "compile",
            lambda: self.client.submit_compile_job(
                model,
                self._pinned(),
                name=self.request["name"],
                input_specs=specs,
                options=options,
                retry=False,
            ),
        )
        takes: Any = job.get_target_shapes() or {}
        if set(takes) == set(arrays):  # in the compiled model's order, which is what a data set goes by
            arrays = {name: arrays[name].astype(dtype) for name, (_, dtype) in takes.items()}
        return job.get_target_model(), arrays

    def _profile(self, number: int, model: Any, inputs: Any) -> Any:
        options = f"--max_profiler_iterations {self.request['iterations']}"
        if self.request["compute_unit"] is not None:
            options += f" --compute_unit {self.request['compute_unit']}"
        job = self._submitted(
            "inference",
            lambda: self.client.submit_inference_job(
                model,
                self._pinned(),
                inputs=inputs,
                name=self.request["name"],
                options=options,
                retry=False,
                profile=True,
            ),
            number,
        )
        detail = public_rest_api.get_job_results(self.client.config, job.job_id).inference_job_result.detail
        profile = told(job.download_profile(), detail)
        if not profile["times_us"]:
            raise Problem("no_samples")
        self.voice.send({"type": "profile", **profile})
        return job

    def _submitted(self, kind: str, submit: Callable[[], Any], number: int = 0) -> Any:
        """A finished job. One that failed by the service's own fault is sent again, `attempts` times in all.

        Raises Problem(job_failed) with the kind of failure that the service tells.
        """
        attempt = 0
        while True:
            attempt += 1
            job = self._patiently(submit)
            self.voice.send(
                {"type": "job", "kind": kind, "id": job.job_id, "url": job.url, "attempt": attempt}
            )
            last = ""
            while not (status := job.get_status()).finished:
                if status.code != last:
                    last = status.code
                    self._progress(kind, number, last)
                time.sleep(self.pause)
            if status.success:
                return job
            failure = public_rest_api.get_job(self.client.config, job.job_id).failure_type
            known = public_api_pb2.JobFailureType.DESCRIPTOR.values_by_number
            name = known[failure].name.removeprefix("JOB_FAILURE_TYPE_") if failure in known else "UNKNOWN"
            if name not in self.request["service_faults"] or attempt >= self.request["attempts"]:
                raise Problem(
                    "job_failed",
                    kind=kind,
                    job=job.job_id,
                    url=job.url,
                    failure=name,
                    reason=status.message or "",
                )
            time.sleep(2 * self.pause)

    def _progress(self, kind: str, number: int, note: str) -> None:
        done, total = (number, self.request["jobs"]) if kind == "inference" else (1, 3)
        phase = "measuring" if kind == "inference" else "loading"
        self.voice.send({"type": "progress", "phase": phase, "done": done, "total": total, "note": note})

    def _patiently(self, submit: Callable[[], _Answer]) -> _Answer:
        """Ask again for as long as the service says that there are too many jobs; the deadline ends it."""
        while True:
            try:
                return submit()
            except Exception as problem:  # named, and raised again where it is anything else
                if named(problem)[0] != "busy":
                    raise
                self.voice.send(
                    {"type": "progress", "phase": "loading", "done": 0, "total": 0, "note": "THROTTLED"}
                )
                time.sleep(2 * self.pause)

    def _outputs(self, job: Any) -> None:
        found = job.download_output_data()
        if not found:
            raise Problem("answer", reason="no outputs")
        wanted = self.request["outputs"]
        names = wanted if set(wanted) <= set(found) else list(found)
        if len(names) != len(wanted) or any(len(found[name]) != 1 for name in names):
            raise Problem("answer", reason=f"{len(found)} outputs instead of {len(wanted)}")
        with Path(self.request["outputs_file"]).open("xb") as file:
            np.savez(file, **{f"output_{place}": found[name][0] for place, name in enumerate(names)})
        self.voice.send({"type": "outputs", "count": len(names)})


def array(wanted: dict[str, Any], seed: int) -> np.ndarray[Any, Any]:
    """One input, the same bytes as the sandboxed child fills it with (child/feeding.py)."""
    shape, dtype, fill = wanted["shape"], np.dtype(wanted["dtype"]), wanted["fill"]
    if fill == "zeros":
        return np.zeros(shape, dtype)
    if fill != "random":
        number = float(fill)
        return np.full(shape, int(number) if dtype.kind in "iu" else number, dtype)
    generator = np.random.default_rng([seed, *wanted["name"].encode()])
    if dtype.kind == "f":
        drawn: np.ndarray[Any, Any] = generator.standard_normal(shape)
    else:
        drawn = generator.integers(0, 2, shape)
    return drawn.astype(dtype)


def _label(name: str) -> str:
    """Samsung Galaxy S22+ 5G -> samsung-galaxy-s22+-5g."""
    return re.sub("[^a-z0-9+]+", "-", name.lower()).strip("-")


def _nearest(name: str, devices: list[qai_hub.Device]) -> str:
    """Names like this one, each with its systems."""
    systems: dict[str, list[str]] = {}
    for device in devices:
        systems.setdefault(device.name, []).append(device.os)
    names = sorted(systems)
    near = difflib.get_close_matches(name, names, n=5, cutoff=0.3) or names[:5]
    return ", ".join(f"{each} ({' '.join(sorted(filter(None, systems[each]))) or '-'})" for each in near)


def _version(text: str) -> list[int]:
    return [int(part) for part in text.split(".") if part.isdigit()]


def _cap_answers(most: int) -> None:
    """No answer, unpacked or not, may be longer: the client itself reads whatever comes."""
    plain = requests.models.Response.iter_content

    def capped(self: requests.Response, *arguments: Any, **named_ones: Any) -> Any:
        size = 0
        for chunk in plain(self, *arguments, **named_ones):
            size += len(chunk)
            if size > most:
                raise Problem("answer", reason=f"an answer of more than {most} bytes")
            yield chunk

    requests.models.Response.iter_content = capped  # type: ignore[method-assign]
