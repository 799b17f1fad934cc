"""Asking every address as everybody, and the table of the answers.

A cell: the status, then where a redirect leads ("302→login") or the reason of a refusal ("403:only_the_operator"), then
in brackets the secrets that the answer shows (see ``scenes.SECRETS``), then CHANGES when something was written.
"-" where a token's column does not apply.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.test import RequestFactory
from django.urls import Resolver404, resolve, reverse

from didimdol.records.models import AuditEvent
from server.tests.house.addresses import Address, addresses, phases, things
from server.tests.house.scenes import Scene

TABLE = Path(__file__).with_name("access_matrix.csv")
METHODS = ("GET", "POST")
PERSONS = (
    "visitor", "newcomer", "platform", "platform_open", "manager", "coordinator", "verifier", "auditor", "other_manager",
    "lead", "owner", "judge", "rival_lead", "rival_judge", "expert", "unassigned", "conflicted",
    "ceo", "staff", "rival_ceo", "sponsor",
)  # fmt: skip
TOKENS = ("device", "idle_device", "token", "narrow_token")
PERSONAS = PERSONS + TOKENS

Key = tuple[str, str, str, str]  # phase, URL name, thing, method
Table = dict[Key, dict[str, str]]


@dataclass
class Asker:
    """Asks through the whole stack of middleware, and takes back whatever an answer wrote."""

    scene: Scene

    def __post_init__(self) -> None:
        self.handler = BaseHandler()
        self.handler.load_middleware()
        self.factory = RequestFactory(raise_request_exception=True)

    def cell(self, persona: str, method: str, url: str) -> str:
        with transaction.atomic():
            before = self._events()
            answer = self.ask(persona, method, url)
            changed = self._events() != before
            transaction.set_rollback(True)
        return answer + (" CHANGES" if changed else "")

    def _events(self) -> int:
        # an action that found its work done says so, and changes nothing
        return AuditEvent.objects.unscoped(why="did anything change?").exclude(type__endswith="_repeated").count()

    def ask(self, persona: str, method: str, url: str) -> str:
        scene = self.scene
        # JSON spares the page of a refusal; nothing else looks at it
        headers: dict[str, Any] = {"accept": "application/json"}
        if persona in scene.bearers:
            headers["authorization"] = f"Bearer {scene.bearers[persona]}"
        self.factory.cookies.clear()
        if persona in scene.cookies:
            self.factory.cookies["sessionid"] = scene.cookies[persona]
        if method == "POST":
            request = self.factory.post(url, headers=headers, REMOTE_ADDR="203.0.113.9")
        else:
            request = self.factory.get(url, headers=headers, REMOTE_ADDR="203.0.113.9")
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        response = self.handler.get_response(request)
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[union-attr, arg-type]
        return self._words(response, body)

    def _words(self, response: Any, body: bytes) -> str:
        status = response.status_code
        if 300 <= status < 400:
            return f"{status}→{place(response['Location'])}"
        told = str(status)
        if status >= 400 and response.headers.get("Content-Type", "").startswith("application/json"):
            code = json.loads(body).get("code", "")
            told += f":{code}" if code not in ("", "not_found") else ""
        shown = body.decode(errors="replace") + response.headers.get("Content-Disposition", "")
        seen = [name for name, words in self.scene.secrets.items() if words in shown]
        return told + (f" [{' '.join(seen)}]" if seen else "")


def place(location: str) -> str:
    path = urlsplit(location).path
    try:
        return resolve(path).view_name.removeprefix("account_") or path
    except Resolver404:
        return path


# --- the table -----------------------------------------------------------------------------------------------------


def tabled() -> list[Address]:
    return [address for address in addresses() if not address.excluded]


def url_of(scene: Scene, address: Address, arguments: dict[str, str]) -> str:
    if address.name.startswith("/"):
        return address.name
    return reverse(address.name, kwargs={name: scene.at.get(thing, thing) for name, thing in arguments.items()})


def rows(phase: str) -> list[tuple[Key, Address, dict[str, str]]]:
    return [
        ((phase, address.name, thing, method), address, arguments)
        for address in tabled()
        if phase in phases(address.name)
        for thing, arguments in things(address).items()
        for method in METHODS
    ]


def applies(persona: str, address: Address) -> bool:
    """Tokens are asked with where tokens count."""
    if persona in TOKENS:
        return address.name.startswith("agent:" if persona in ("device", "idle_device") else "api:")
    return True


def answers(scene: Scene) -> Table:
    """The table of the phase in which the scene stands."""
    asker = Asker(scene)
    return {
        key: {
            persona: asker.cell(persona, key[3], url_of(scene, address, arguments))
            if applies(persona, address)
            else "-"
            for persona in PERSONAS
        }
        for key, address, arguments in rows(scene.phase)
    }


def read() -> Table:
    with TABLE.open(newline="") as file:
        return {
            (row["phase"], row["address"], row["thing"], row["method"]): {p: row[p] for p in PERSONAS}
            for row in csv.DictReader(file)
        }


def write(table: Table) -> None:
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["phase", "address", "thing", "method", *PERSONAS])
        writer.writerows([*key, *(cells[persona] for persona in PERSONAS)] for key, cells in table.items())


def differences(wanted: Table, found: Table) -> list[str]:
    lines = [f"no row: {' '.join(key)}" for key in found if key not in wanted]
    lines += [f"no such address any more: {' '.join(key)}" for key in wanted if key not in found]
    lines += [
        f"{' '.join(key)} as {persona}: {cells[persona]}, the table says {wanted[key][persona]}"
        for key, cells in found.items()
        if key in wanted
        for persona in PERSONAS
        if cells[persona] != wanted[key][persona]
    ]
    return lines
