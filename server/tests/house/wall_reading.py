"""Reading as somebody would: every page that one's own pages lead to, and every address of a row that is not one's own."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from didimdol.people.models import Organisation as Startup
from didimdol.people.models import Person
from server.tests.vertical import Side, mark

LINK = re.compile(rb'(?:href|hx-get|action|data-src)="(/[^"#]*)')
#: addresses that end the session, and pages that are the same for everybody (the public walk reads those)
NOT_FOLLOWED = ("/account/logout/", "/static/", "/i18n/")
PUBLIC = (
    "/challenges/",
    "/demands/",
    "/records/heads/",
    "/design/",
    "/api/",
    "/account/",
    "/selection/results/",
    "/.well-known/",
)
#: the rooms whose rows belong to one field
ROOMS = ("applications", "evaluation", "selection", "projects", "funding", "outcomes")
#: the access matrix asks for the others
ASKED = ("selection", "projects", "funding", "outcomes")
MOST_PAGES = 600


def browser(person: Person) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def body_of(response: Any) -> bytes:
    """All that came, also the names of downloads; a spreadsheet unpacked."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    return content + response.headers.get("Content-Disposition", "").encode()


@dataclass
class Walk:
    """What one person comes across. ``seen``: path → body."""

    person: Person
    public: bool = False
    seen: dict[str, bytes] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)  # links of one's own pages that lead to nothing

    def go(self, *starts: str) -> Walk:
        client, left = browser(self.person), list(starts)
        while left and len(self.seen) < MOST_PAGES:
            path = left.pop()
            if path in self.seen or path.startswith(NOT_FOLLOWED):
                continue
            response = client.get(path)
            self.seen[path] = body = body_of(response)
            if response.status_code >= 500:
                self.failed.append(f"{path}: {response.status_code}")
            if response.status_code == 404:
                self.dead.append(path)
            if 300 <= response.status_code < 400:
                left.append(urlsplit(response["Location"]).path)
            elif response.headers.get("Content-Type", "").startswith("text/html"):
                left += [
                    path for path in map(address, LINK.findall(body)) if self.public or not path.startswith(PUBLIC)
                ]
        return self

    def words_of(self, key: str) -> dict[str, str]:
        """Marked word of that field → where it stood first."""
        word = re.compile(re.escape(mark(key, "")).encode() + rb"[a-z0-9-]+")
        found: dict[str, str] = {}
        for path, body in self.seen.items():
            for hit in word.findall(body):
                found.setdefault(hit.decode(), path)
        return found


def address(link: bytes) -> str:
    """Without the filters of lists, which show less of the same."""
    found = html.unescape(link.decode())
    path, _, query = found.partition("?")
    return found if query.startswith("after=") else path


# --- addresses ------------------------------------------------------------------------------------------------------


def named(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, list[str], str]]:
    """(name, arguments, route) of every page of the rooms."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from named(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}", list(entry.pattern.converters), str(entry.pattern)


def lists() -> list[str]:
    """Pages without arguments."""
    return [reverse(name) for name, arguments, _ in named() if not arguments and name.partition(":")[0] in ROOMS]


def addresses_of(side: Side, insiders: list[Client]) -> list[str]:
    """Every address of the new rooms that leads to a row of this field. Which table an address is about is found by
    asking for one row of each; an insider gets anything but 404."""
    rows, found = rows_of(side), []
    for name, arguments, route in named():
        room = name.partition(":")[0]
        if room not in ASKED or len(arguments) != 1 or "<uuid:" not in route:
            continue
        for ids in rows[room].values():
            first = reverse(name, args=[ids[0]])
            if any(client.get(first).status_code != 404 for client in insiders):
                found += [reverse(name, args=[id]) for id in ids]
    return found


def rows_of(side: Side) -> dict[str, dict[type, list[Any]]]:
    """Room → table → ids of the rows that belong to this field alone: everything that points at its application, at its
    startup or at a row found so."""
    assert side.application is not None
    assert side.startup is not None
    roots: set[Any] = {side.application.pk, side.startup.pk}
    found: dict[str, dict[type, list[Any]]] = {room: {} for room in ROOMS}
    grew = True
    while grew:
        grew = False
        for model in (m for room in ROOMS for m in apps.get_app_config(room).get_models()):
            pointers = [
                f.attname for f in model._meta.concrete_fields
                if isinstance(f, models.ForeignKey | models.UUIDField) and not f.primary_key
            ]  # fmt: skip
            for row in model._base_manager.values("pk", *pointers):
                if row["pk"] not in roots and any(row[name] in roots for name in pointers):
                    roots.add(row["pk"])
                    found[model._meta.app_label].setdefault(model, []).append(row["pk"])
                    grew = True
    found["projects"][Startup] = found["funding"][Startup] = [side.startup.pk]
    found["funding"] |= found["projects"]  # its pages are of projects too
    return found
