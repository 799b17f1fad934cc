"""Asking every address as everybody, and the table of the answers.

A cell: the status, then where a redirect leads ("302→login") or the reason of a refusal ("403:only_the_operator"), then
in brackets the secrets that the answer shows (see ``scenes.SECRETS``), then CHANGES when something was written.
"-" where a token's column does not apply.
"""

from __future__ import annotations

import csv
import json
import logging
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.base import BaseHandler
from django.db import connection, transaction
from django.test import RequestFactory
from django.urls import Resolver404, resolve, reverse

from didimdol.kernel.actor import PUBLIC, Actor
from didimdol.kernel.pages import access_logged, frame
from didimdol.kernel.ports import Port
from didimdol.people.queries import actor_of
from server.tests.house.addresses import Address, addresses, phases, things
from server.tests.house.scenes import PHASES, Scene

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


#: what an answer may write although nothing changes: that somebody asked, and that an action found its work done
LOG = {"records_accessentry", "records_auditevent", "records_chaintip", "django_session", "kernel_ratewindow"}
WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


#: pages that tell who could take over: of equals the lot decides whom, so that it is no matter of access whether those who
#: conduct the round read the colleague's name there. Of everybody else it is.
BY_LOT = {"evaluation:seat-vacate"}
CONDUCT = {"manager", "coordinator"}


class Asker:
    """Asks through the whole stack of middleware, and takes back whatever an answer wrote.

    Who somebody is, is worked out once a phase and not once a request; refusals are not written to the access log; pages
    come without their frame.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.handler = BaseHandler()
        self.handler.load_middleware()
        self.factory = RequestFactory(raise_request_exception=True)
        self.written: set[str] = set()
        self.before = transaction.savepoint()
        self.who: dict[str, tuple[Any, Actor]] = {}
        for persona in PERSONAS:
            person = scene.people.get(persona)
            self.who[persona] = (person or AnonymousUser(), actor_of(person) if person else PUBLIC)

    def cell(self, persona: str, method: str, url: str) -> str:
        self.written.clear()
        answer = self.ask(persona, method, url)
        if self.written or connection.needs_rollback:  # what only read has left nothing to take back
            transaction.set_rollback(False)
            transaction.savepoint_rollback(self.before)
        return answer + (" CHANGES" if self.written - LOG else "")

    def watch(self, execute: Any, sql: Any, *more: Any) -> Any:
        if written := WRITE.match(str(sql)):
            self.written.add(written[1])
        return execute(sql, *more)

    def ask(self, persona: str, method: str, url: str) -> str:
        # JSON spares the page of a refusal; nothing else looks at it
        headers = {"accept": "application/json"}
        if persona in self.scene.bearers:
            headers["authorization"] = f"Bearer {self.scene.bearers[persona]}"
        make = self.factory.post if method == "POST" else self.factory.get
        request: Any = make(url, headers=headers, REMOTE_ADDR="203.0.113.9")
        request._dont_enforce_csrf_checks = True
        request._cached_user, request._didimdol_actor = self.who[persona]
        response: Any = self.handler.get_response(request)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return self._words(response, body, by_lot=persona in CONDUCT and place(url) in BY_LOT)

    def _words(self, response: Any, body: bytes, by_lot: bool) -> str:
        status = response.status_code
        assert status < 500, f"{response.status_code} is no answer that a table could hold: {body[:500]!r}"
        if 300 <= status < 400:
            return f"{status}→{place(response['Location'])}"
        told = str(status)
        if status >= 400 and response.headers.get("Content-Type", "").startswith("application/json"):
            code = json.loads(body).get("code", "")
            told += f":{code}" if code not in ("", "not_found") else ""
        shown = body.decode(errors="replace") + response.headers.get("Content-Disposition", "")
        seen = [name for name, words in self.scene.secrets.items() if words in shown]
        if by_lot and "colleague" in seen:
            seen.remove("colleague")
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
    ports: tuple[tuple[Port[Any], Any], ...] = ((access_logged, lambda **_: None), (frame, lambda _: {}))
    filled = [(port, port._answer) for port, _ in ports]
    for port, nothing in ports:
        port._answer = nothing
    logging.disable(logging.WARNING)
    try:
        with connection.execute_wrapper(asker.watch):
            return {
                key: {
                    persona: asker.cell(persona, key[3], url_of(scene, address, arguments))
                    if applies(persona, address)
                    else "-"
                    for persona in PERSONAS
                }
                for key, address, arguments in rows(scene.phase)
            }
    finally:
        for port, answer in filled:
            port._answer = answer
        logging.disable(logging.NOTSET)


def read() -> Table:
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="") as file:
        return {
            (row["phase"], row["address"], row["thing"], row["method"]): {p: row.get(p) or "" for p in PERSONAS}
            for row in csv.DictReader(file)
        }


def write(found: Table, asked: tuple[str, ...]) -> None:
    """Put the rows of the phases that were asked in the place of the old ones."""
    table = {key: cells for key, cells in read().items() if key[0] not in asked} | found
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["phase", "address", "thing", "method", *PERSONAS])
        for phase in PHASES:
            ours = [(key, cells) for key, cells in table.items() if key[0] == phase]
            writer.writerows([*key, *(cells[persona] for persona in PERSONAS)] for key, cells in ours)


def differences(wanted: Table, found: Table) -> list[str]:
    lines = [f"no row: {' '.join(key)}" for key in found if key not in wanted]
    lines += [f"no such address any more: {' '.join(key)}" for key in wanted if key not in found]
    lines += [
        f"{' '.join(key)} as {persona}: {cells[persona]}; the table says: {wanted[key][persona]}"
        for key, cells in found.items()
        if key in wanted
        for persona in PERSONAS
        if cells[persona] != wanted[key][persona]
    ]
    return lines


def compare(scene: Scene, asked: tuple[str, ...]) -> None:
    """The answers of these phases are those of the table; with DIDIMDOL_WRITE_MATRIX=1 they become the table."""
    found: Table = {}
    for phase in asked:
        scene.go_to(phase)
        found |= answers(scene)
    if os.environ.get("DIDIMDOL_WRITE_MATRIX") == "1":
        write(found, asked)
    wrong = differences({key: cells for key, cells in read().items() if key[0] in asked}, found)
    if wrong:
        pytest.fail(
            f"{len(wrong)} cells differ from {TABLE.name}:\n  "
            + "\n  ".join(wrong[:60])
            + "\n\nWhere the change is meant, write the table anew and read the difference cell by cell:"
            + "\n  DIDIMDOL_WRITE_MATRIX=1 pytest server/tests/house -k access_matrix && git diff "
            + TABLE.name,
            pytrace=False,
        )
