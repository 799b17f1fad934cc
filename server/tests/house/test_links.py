"""No page that leads nowhere: every link that somebody is shown opens for them."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from server.tests.house.scenes import Scene, open_scene

DEPTH = 3
LINK = re.compile(r"""<a\s[^>]*?href=["']([^"'#]+)""")
#: the living page of the design shows made-up links; signing out ends the walk; files are bytes
NOT_FOLLOWED = ("/design/", "/account/logout/", "/static/", "/account/2fa/")
PERSONAS = (
    "visitor", "newcomer", "platform_open", "manager", "coordinator", "verifier", "auditor", "other_manager", "lead", "owner",
    "judge", "expert", "conflicted", "ceo", "staff", "rival_ceo", "sponsor",
)  # fmt: skip


def links(page: str, here: str) -> list[str]:
    """The addresses of this site that a page leads to."""
    found = []
    for href in LINK.findall(page):
        target = urlsplit(urljoin(here, unescape(href)))
        if target.netloc or target.scheme or not target.path.startswith("/") or target.path.startswith(NOT_FOLLOWED):
            continue
        found.append(f"{target.path}?{target.query}" if target.query else target.path)
    return list(dict.fromkeys(found))


def shape(address: str) -> str:
    """Addresses that differ only in which row or page they name lead to the same kind of page: two of a kind are asked."""
    path, _, query = address.partition("?")
    names = sorted(part.partition("=")[0] for part in query.split("&")) if query else []
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", path) + "?" + "&".join(names)


def walk(client: Client, starts: tuple[str, ...]) -> list[str]:
    """What went wrong on the way from ``starts``, ``DEPTH`` links far: "the page → the link: the answer"."""
    wrong, seen, kinds = [], set(starts), dict[str, int]()
    waiting = deque((start, "", 0) for start in starts)
    while waiting:
        address, came_from, depth = waiting.popleft()
        answer: Any = client.get(address, REMOTE_ADDR="203.0.113.9")
        if answer.status_code in (403, 404, 405, 409, 422, 500):
            wrong.append(f"{came_from or 'start'} → {address}: {answer.status_code}")
            continue
        if answer.status_code in (301, 302):
            onwards = [answer["Location"]]
        elif depth < DEPTH and answer.get("Content-Type", "").startswith("text/html"):
            onwards = links(answer.content.decode(), address)
        else:
            if answer.streaming:
                b"".join(answer.streaming_content)  # read to its end, the file is closed
            continue
        for link in onwards:
            kind = shape(link)
            if link in seen or kinds.get(kind, 0) >= 2:
                continue
            seen.add(link)
            kinds[kind] = kinds.get(kind, 0) + 1
            waiting.append((link, address, depth + 1))
    return wrong


def walk_all(scene: Scene, personas: tuple[str, ...]) -> list[str]:
    """From the home of each, and the front page."""
    wrong = []
    for persona in personas:
        home = ("/",) if persona == "visitor" else ("/home/", "/")
        wrong += [f"{persona}: {line}" for line in walk(scene.client(persona), home)]
    return wrong


#: phase → who finds other pages there than before
PHASES = {
    "open": PERSONAS,
    "declaring": ("manager", "coordinator", "judge", "expert"),
    "scoring": ("manager", "coordinator", "auditor", "judge", "expert", "conflicted", "ceo"),
    "released": ("visitor", "manager", "coordinator", "auditor", "expert", "ceo", "rival_ceo"),
}


@pytest.mark.django_db
def test_every_link_that_is_shown_opens(settings: Any) -> None:
    settings.DEVELOPMENT = False  # else everybody reads everybody's mail
    scene, wrong = open_scene(), []
    for phase, personas in PHASES.items():
        scene.go_to(phase)
        wrong += [f"{phase}, {line}" for line in walk_all(scene, personas)]
    assert not wrong, "\n".join(wrong)


def test_links_of_a_page() -> None:
    page = '<a class="x" href="/a/">a</a> <a href="#top">t</a> <a href="https://x.kr/">x</a> <a href="?after=1&amp;q=2">n</a>'
    assert links(page, "/list/") == ["/a/", "/list/?after=1&q=2"]
