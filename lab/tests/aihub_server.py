"""A stand-in for Qualcomm AI Hub on loopback: its addresses, headers and protobuf messages, nothing of ours.

Run by the Python of the environment that has `qai-hub`, whose public messages it speaks. The first line of standard
output is the port; it ends with its standard input. `POST /scenario` (JSON) forgets everything and starts anew; `GET
/seen` tells as JSON what it was sent since.

A scenario: `token`; `credentials`: files go by short-lived keys of a bucket, else by signed addresses; `devices` [{name, os, attributes}]; `compile` and `inference`: what becomes of the first, second, ...
job of that kind (the last one goes for all later ones): {"waits": n, "state": the state in the first n answers, "failure": kind or
null, "reason", "profile": {...}, "operation": "relu", "shift": x}; `faults` [{"method", "path": regular expression,
"skip": n, "times": n, "do": a status | "exit" | "hang" | "html" | "garbage" | "flood" | "echo"}].
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import h5py
import numpy as np
from qai_hub import public_api_pb2 as pb
from qai_hub.util.dataset_entries_converters import dataset_entries_to_h5, h5_to_dataset_entries

PROTOBUF = "application/x-protobuf"


class Hub(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.RLock()
        self.released = threading.Event()
        self.start({})

    def start(self, scenario: dict[str, Any]) -> None:
        self.scenario = scenario
        self.blobs: dict[str, bytes] = {}
        self.models: dict[str, pb.Model] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.seen: list[dict[str, Any]] = []
        self.faults = [dict(fault, hits=0) for fault in scenario.get("faults", [])]

    def handle_error(self, *_: object) -> None:
        """A client that was flooded, or ran out of time, hangs up: nothing to tell."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*_)

    def fault(self, method: str, path: str) -> Any:
        """What to do wrong with this request, or None."""
        with self.lock:
            for fault in self.faults:
                if fault["method"] == method and re.search(fault["path"], path):
                    fault["hits"] += 1
                    if 0 < fault["hits"] - fault.get("skip", 0) <= fault.get("times", 10**9):
                        return fault["do"]
        return None

    def outcome(self, kind: str) -> dict[str, Any]:
        outcomes = self.scenario.get(kind) or [{}]
        number = sum(job["kind"] == kind for job in self.jobs.values())
        return dict(outcomes[min(number, len(outcomes) - 1)])


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def _reply(self, body: bytes, kind: str = PROTOBUF, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _message(self, message: Any) -> None:
        self._reply(message.SerializeToString())

    def _detail(self, status: int, text: str) -> None:
        self._reply(json.dumps({"detail": text}).encode(), "application/json", status)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_HEAD(self) -> None:
        self._serve("HEAD")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def _serve(self, method: str) -> None:
        address = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(address.query, keep_blank_values=True)
        body = self._body()
        path = address.path
        if path == "/scenario":
            self.server.start(json.loads(body))
            self._reply(b"", "text/plain")
            return
        if path == "/seen":
            self._reply(json.dumps(self.server.seen).encode(), "application/json")
            return
        self.server.seen.append({"method": method, "path": path, "query": query, "size": len(body)})
        if do := self.server.fault(method, path):
            self._misbehave(do)
        elif path.startswith("/store/"):  # as a bucket: signed addresses or signed requests, no token
            self._store(method, path, body)
        elif self.headers.get("Authorization") != f"token {self.server.scenario['token']}":
            self._detail(401, "Invalid token.")
        elif method in ("POST", "PATCH") and self.headers.get("Content-Type") != PROTOBUF:
            self._detail(400, "Not a protobuf message.")
        else:
            with self.server.lock:
                self._api(method, path.removeprefix("/api/v1/").strip("/").split("/"), query, body)

    def _misbehave(self, do: Any) -> None:
        if isinstance(do, int):
            self._detail(do, "Too many jobs." if do == 429 else "Out of order.")
        elif do == "exit":
            os._exit(0)
        elif do == "hang":
            self.server.released.wait()
        elif do == "html":
            self._reply(b"<html><script>alert(1)</script></html>", "text/html")
        elif do == "garbage":
            self._reply(b"\xff\xff\xff\xff" * 8)
        elif do == "flood":
            self.send_response(200)
            self.send_header("Content-Type", PROTOBUF)
            self.end_headers()
            self.close_connection = True
            block = b"\x00" * 65536
            try:
                for _ in range(100_000):
                    self.wfile.write(block)
            except OSError:  # whom we flood may leave
                return
        elif do == "echo":
            self._detail(400, f"not for {self.headers.get('Authorization')}")

    def _store(self, method: str, path: str, body: bytes) -> None:
        key = path.removeprefix("/store/")
        if self.server.scenario.get("credentials") and not self.headers.get("Authorization", "").startswith(
            "AWS4-HMAC-SHA256 Credential=temporary/"
        ):
            self._detail(403, "AccessDenied")
            return
        if method in ("GET", "HEAD"):
            self._reply(self.server.blobs[key], "application/octet-stream", 200, ETag='"1"')
            return
        if method == "POST":  # a form with the file in it
            body = _file_of(self.headers["Content-Type"], body)
        self.server.blobs[key] = body
        self._reply(b"", "text/plain", 200, ETag='"1"')

    def _at(self, key: str) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/store/{key}"

    def _credentials(self, key: str) -> pb.S3Credentials:
        """Short-lived keys for one object, as the client asks for; the bucket is `/store`."""
        return pb.S3Credentials(
            access_key_id="temporary",
            secret_access_key="secret",
            session_token="session",
            bucket="store",
            key=key,
            region="us-east-1",
            filename="outputs.h5",
        )

    def _api(self, method: str, path: list[str], query: dict[str, list[str]], body: bytes) -> None:
        hub = self.server
        by_keys = hub.scenario.get("credentials")
        match method, *path:
            case "GET", "devices":
                self._message(_devices(hub.scenario["devices"], query))
            case "POST", "models":
                name = f"m{len(hub.models) + 1}"
                hub.models[name] = pb.Model.FromString(body)
                self._message(pb.CreateUpdateResponse(id=name))
            case "GET", ("models" | "datasets"), name, ("multipart_upload" | "upload_url") if by_keys:
                assert query["supports_s3_credentials"] == ["true"]
                self._message(pb.FileUploadResponse(credentials=self._credentials(name)))
            case "POST", ("models" | "datasets"), name, "upload_complete" if by_keys:
                self._message(pb.CreateUpdateResponse(id=name if name in hub.blobs else ""))
            case "GET", "datasets", name, "download_data" if by_keys:
                self._message(pb.FileDownloadResponse(credentials=self._credentials(name)))
            case "GET", "models", name, "multipart_upload":
                link = pb.FileMultipartUploadURL(urls=[self._at(name)], upload_id="u", max_part_size=10**9)
                self._message(pb.FileUploadResponse(multipart_url=link))
            case "POST", "models", name, "multipart_upload":
                if (
                    list(pb.FileMultipartUploadComplete.FromString(body).etags) != ['"1"']
                    or name not in hub.blobs
                ):
                    self._detail(400, "The upload is not whole.")
                else:
                    self._message(pb.CreateUpdateResponse(id=name))
            case "POST", "datasets":
                answer = pb.CreateUpdateResponse(id=f"d{len(hub.blobs) + 1}")
                answer.expiration_time.seconds = 2**32  # 2106
                self._message(answer)
            case "GET", "datasets", name, "upload_url":
                link = pb.FileUploadURL(url=self._at(name), file_field_name="file")
                self._message(pb.FileUploadResponse(url=link))
            case "PATCH", "datasets", name:
                if not pb.Dataset.FromString(body).file_upload_complete or name not in hub.blobs:
                    self._detail(400, "The upload is not whole.")
                else:
                    self._message(pb.CreateUpdateResponse(id=name))
            case "GET", "datasets", name, "download_data":
                link = pb.FileDownloadURL(url=self._at(name), filename="outputs.h5")
                self._message(pb.FileDownloadResponse(url=link))
            case "GET", "datasets", name:
                self._message(pb.Dataset(dataset_id=name))
            case "POST", "jobs":
                self._submit(pb.Job.FromString(body))
            case "GET", "jobs", name:
                self._message(self._job(hub.jobs[name]))
            case "GET", "jobs", name, "result":
                self._message(self._result(name, hub.jobs[name]))
            case _:
                self._detail(404, "/".join(path))

    def _submit(self, job: pb.Job) -> None:
        hub = self.server
        kind = job.WhichOneof("job").removesuffix("_job")
        inner = job.compile_job if kind == "compile" else job.inference_job
        name = f"j{kind[0]}{len(hub.jobs) + 1}"
        entry = {"kind": kind, "pb": job, "polls": 0, **hub.outcome(kind)}
        hub.seen.append(
            {
                "job": name,
                "options": inner.options,
                "name": inner.name,
                "model": inner.model.model_id,
                "device": inner.device.name if kind == "inference" else inner.devices.devices[0].name,
                "os": inner.device.os if kind == "inference" else inner.devices.devices[0].os,
            }
        )
        if kind == "compile":
            inner.compile_job_id = name
            target = f"m{len(hub.models) + 1}"
            runtime = inner.options.split("--target_runtime ")[1].split()[0]
            kinds = {"tflite": pb.MODEL_TYPE_TFLITE, "qnn_dlc": pb.MODEL_TYPE_QNN_DLC}
            hub.models[target] = pb.Model(model_id=target, model_type=kinds.get(runtime, pb.MODEL_TYPE_ONNX))
            inner.target_model.CopyFrom(hub.models[target])
            for each in inner.tensor_type_list.types:
                kept = inner.target_tensor_type_list.types.add()
                kept.CopyFrom(each)
                if "--truncate_64bit_io" in inner.options and kept.tensor_type.dtype == pb.TENSOR_DTYPE_INT64:
                    kept.tensor_type.dtype = pb.TENSOR_DTYPE_INT32
        else:
            inner.inference_job_id = name
        hub.jobs[name] = entry
        self._message(pb.CreateUpdateResponse(id=hub.scenario.get("job_id", name)))

    def _job(self, entry: dict[str, Any]) -> pb.Job:
        entry["polls"] += 1
        job = pb.Job()
        job.CopyFrom(entry["pb"])
        inner = job.compile_job if entry["kind"] == "compile" else job.inference_job
        if entry["polls"] <= entry.get("waits", 2):
            inner.job_state = pb.JobState.Value(f"JOB_STATE_{entry.get('state', 'CREATED')}")
        elif entry.get("failure"):
            inner.job_state = pb.JOB_STATE_FAILED
            inner.failure_reason = entry.get("reason", "").replace("{token}", self.server.scenario["token"])
            job.failure_type = pb.JobFailureType.Value(f"JOB_FAILURE_TYPE_{entry['failure']}")
        else:
            inner.job_state = pb.JOB_STATE_DONE
            job.failure_type = pb.JOB_FAILURE_TYPE_SUCCESS
        return job

    def _result(self, name: str, entry: dict[str, Any]) -> pb.JobResult:
        result = pb.JobResult()
        inner = result.inference_job_result
        inner.inference_job_id = name
        if entry.get("profile") is not None:
            inner.detail.CopyFrom(_profile(entry["profile"]))
        dataset = entry["pb"].inference_job.dataset.dataset_id
        if entry.get("operation") and dataset:
            inner.output_dataset_id = f"{dataset}-out"
            with h5py.File(io.BytesIO(self.server.blobs[dataset]), "r") as file:
                given = h5_to_dataset_entries(file)
            made = {
                output: [np.maximum(values[0], 0) + np.float32(entry.get("shift", 0))]
                for output, values in zip(entry["outputs"], given.values(), strict=True)
            }
            target = io.BytesIO()
            with h5py.File(target, "w") as file:
                dataset_entries_to_h5(made, file)
            self.server.blobs[inner.output_dataset_id] = target.getvalue()
        return result


def _file_of(content_type: str, body: bytes) -> bytes:
    """The file in a multipart form."""
    boundary = content_type.split("boundary=")[1].strip('"').encode()
    for part in body.split(b"--" + boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise ValueError("a form without a file")


def _devices(known: list[dict[str, Any]], query: dict[str, list[str]]) -> pb.DeviceList:
    name, system = query.get("name", [""])[0], query.get("os", [""])[0]
    wanted = [each for each in query.get("attributes", []) if each]
    found = [
        each
        for each in known
        if name in ("", each["name"])
        and system in ("", each["os"])
        and set(wanted) <= set(each["attributes"])
    ]
    if query.get("select") == ["True"]:
        found = found[-1:]
    answer = pb.DeviceList(total_query_count=len(found))
    for each in found:
        answer.devices.add(name=each["name"], os=each["os"], attributes=each["attributes"])
    return answer


def _profile(given: dict[str, Any]) -> pb.ProfileDetail:
    """`times`, `first_load`, `warm_load` in microseconds; `memory` [lower, upper]; `layers` [name, operator, unit, us]."""
    detail = pb.ProfileDetail(
        major_version=1,
        minor_version=given.get("minor_version", 2),
        cold_load_time=given.get("first_load", 0),
        warm_load_time=given.get("warm_load", 0),
        all_execution_times=given.get("times", []),
    )
    detail.execution_time = min(given.get("times") or [0])
    if "memory" in given:
        detail.execution_memory.peak.lower, detail.execution_memory.peak.upper = given["memory"]
        detail.cold_load_memory.peak.lower, detail.cold_load_memory.peak.upper = given["memory"]
    for name, operator, unit, micros in given.get("layers", []):
        layer = detail.layer_details.add(name=name, layer_type_name=operator)
        layer.compute_unit = pb.ComputeUnit.Value(f"COMPUTE_UNIT_{unit}")
        if micros is not None:
            layer.execution_time = micros
    for name, version in given.get("tools", {}).items():
        detail.tool_versions.add(name=name, version=version)
    return detail


def main() -> None:
    hub = Hub()
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    print(hub.server_address[1], flush=True)
    sys.stdin.read()
    hub.released.set()
    hub.shutdown()


if __name__ == "__main__":
    main()
