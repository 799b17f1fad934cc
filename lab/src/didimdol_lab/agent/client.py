"""The agent's side of the protocol: `{server}/agent/v1/`, JSON, bearer token, fencing on every job call."""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import IO, Any, TypeVar

from pydantic import BaseModel, ValidationError

from .. import __version__
from ..contract.protocol import (
    ClaimRequest,
    ClaimResponse,
    FailureRequest,
    HeartbeatRequest,
    HeartbeatResponse,
    Job,
    Progress,
    ResultRequest,
)
from ..refusals import shown

_MAX_ANSWER = 4_000_000
_CHUNK = 1 << 20
Answer = TypeVar("Answer", bound=BaseModel)


class Unauthorised(Exception):
    """401 or 403: the token is wrong or revoked. No use in trying again."""


class Stale(Exception):
    """409 (or 404/410): the lease is not ours any more."""


class Unreachable(Exception):
    """No answer, or one that says try later."""


class Refused(Exception):
    """The platform does not give this agent work, and says why: words for the person who runs it, ko and en."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.ko, self.en = ko, en


class Misunderstood(Exception):
    """The server answered something this agent does not understand, or refuses what it says."""


class InsecureServer(ValueError):
    """A token must not travel in clear over a network."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to an address nobody configured."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(text: str) -> Refused | Misunderstood:
    """The problem that the platform put into words, both languages."""
    try:
        problem = json.loads(text)
        ko, en = (f"{problem['message'][lang]} {problem['remedy'][lang]}".strip() for lang in ("ko", "en"))
    except (ValueError, KeyError, TypeError):
        return Misunderstood(f"HTTP 409: {text}")
    return Refused(shown(ko, 1000), shown(en, 1000))


class Client:
    """One server, one token. Raises InsecureServer for plain http to anything but this machine."""

    def __init__(self, server: str, token: str, *, timeout: float = 30.0, allow_http: bool = False) -> None:
        parts = urllib.parse.urlsplit(server)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not a server address: {server}")
        if parts.scheme == "http" and not allow_http and not _is_loopback(parts.hostname):
            raise InsecureServer(server)
        if not token or any(ord(character) < 33 or ord(character) > 126 for character in token):
            raise ValueError("the token is empty or has characters a header cannot carry")
        self._base = server.rstrip("/") + "/agent/v1/"
        self._token = token
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirects())

    def _open(self, path: str, body: BaseModel | None, fencing: int | None = None) -> IO[bytes]:
        request = urllib.request.Request(self._base + path, method="GET" if body is None else "POST")
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("User-Agent", f"didimdol-lab/{__version__}")
        request.add_header("Accept", "application/json" if body is not None else "application/octet-stream")
        if fencing is not None:
            request.add_header("X-Fencing", str(fencing))
        if body is not None:
            request.data = body.model_dump_json().encode()
            request.add_header("Content-Type", "application/json")
        try:
            answer: IO[bytes] = self._opener.open(request, timeout=self._timeout)
        except urllib.error.HTTPError as problem:
            with problem:
                text = problem.read(4000).decode("utf-8", "replace")
            if problem.code in (401, 403):
                raise Unauthorised(text) from None
            if problem.code in (404, 409, 410) and path != "claim":
                raise Stale(text) from None
            if problem.code == 409:
                raise _refused(text) from None
            if problem.code in (408, 425, 429) or problem.code >= 500:
                raise Unreachable(f"HTTP {problem.code}") from None
            raise Misunderstood(f"HTTP {problem.code}: {text}") from None
        except (OSError, http.client.HTTPException) as problem:
            raise Unreachable(str(getattr(problem, "reason", problem)) or type(problem).__name__) from None
        return answer

    def _post(self, path: str, body: BaseModel) -> bytes:
        with self._open(path, body) as answer:
            try:
                content = answer.read(_MAX_ANSWER + 1)
            except (OSError, http.client.HTTPException) as problem:
                raise Unreachable(str(problem)) from None
        if len(content) > _MAX_ANSWER:
            raise Misunderstood("answer too long")
        return content

    def _ask(self, path: str, body: BaseModel, kind: type[Answer]) -> Answer:
        try:
            return kind.model_validate_json(self._post(path, body))
        except ValidationError as problem:
            first = problem.errors()[0]
            raise Misunderstood(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None

    def claim(self, request: ClaimRequest) -> ClaimResponse:
        return self._ask("claim", request, ClaimResponse)

    def heartbeat(self, job: Job, progress: Progress) -> HeartbeatResponse:
        message = HeartbeatRequest(fencing=job.fencing, progress=progress)
        return self._ask(f"jobs/{job.id}/heartbeat", message, HeartbeatResponse)

    def result(self, job: Job, message: ResultRequest) -> None:
        self._post(f"jobs/{job.id}/result", message)

    def failure(self, job: Job, message: FailureRequest) -> None:
        self._post(f"jobs/{job.id}/failure", message)

    def fetch(self, job: Job, what: str, target: Path, *, sha256: str, max_bytes: int) -> bool:
        """Stream `model` or `dataset` into a new file; whether it came whole and with this hash."""
        digest = hashlib.sha256()
        size = 0
        with self._open(f"jobs/{job.id}/{what}", None, job.fencing) as answer, open(target, "xb") as writer:
            while True:
                try:
                    chunk = answer.read(_CHUNK)
                except (OSError, http.client.HTTPException) as problem:
                    raise Unreachable(str(problem)) from None
                if not chunk:
                    break
                size += len(chunk)
                if size > max_bytes:
                    return False
                digest.update(chunk)
                writer.write(chunk)
        return digest.hexdigest() == sha256
