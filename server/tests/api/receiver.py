"""A real server that receives webhooks, in a thread of the test."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from didimdol.api import sending


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """``status`` and ``location``: what it answers. ``raw``: sent instead of an HTTP answer."""

    url: str = ""
    status: int = 200
    location: str = ""
    raw: bytes = b""
    got: list[Received] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    waits: bool = False

    @property
    def types(self) -> list[str]:
        return [one.content["type"] for one in self.got]


@contextmanager
def receiving(context: Any = None) -> Iterator[Receiver]:
    """A server on 127.0.0.1; with ``context`` (an SSLContext) it speaks TLS."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Received(self.path, dict(self.headers), body))
            if receiver.waits:
                receiver.held.wait(30)
            if receiver.raw:
                self.wfile.write(receiver.raw)
                return
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if context is not None else "http"
    receiver.url = f"{scheme}://localhost:{server.server_address[1]}/hook?key=k"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.held.set()
        server.shutdown()
        server.server_close()
        thread.join()


def genuine(secret: str, received: Received) -> bool:
    """The check as docs/api.md tells receivers to make it."""
    parts = [part.split("=", 1) for part in received.headers["Didimdol-Signature"].split(",")]
    at = next(value for name, value in parts if name == "t")
    expected = hmac.new(secret.encode(), at.encode() + b"." + received.body, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(expected, value) for name, value in parts if name == "v1")


class Queue:
    """The worker, one job after another, without its waiting: what is retried later is kept in ``later``."""

    def __init__(self) -> None:
        self.done: set[int] = set(ProcrastinateJob.objects.values_list("id", flat=True))
        self.later: list[str] = []

    def work(self) -> None:
        while jobs := list(
            ProcrastinateJob.objects.filter(task_name__startswith="api.").exclude(id__in=self.done).order_by("id")
        ):
            for job in jobs:
                self.done.add(job.id)
                try:
                    app.tasks[job.task_name](**job.args)
                except sending.TryLater:
                    self.later.append(job.args["delivery"])

    def again(self) -> None:
        """What was to be retried is retried now, once each."""
        due, self.later = self.later, []
        for delivery in due:
            try:
                app.tasks["api.deliver"](delivery=delivery)
            except sending.TryLater:
                self.later.append(delivery)
        self.work()
