"""Who is not signed in learns nothing from an address: what does not exist is answered as what may not be seen."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from server.tests.house import matrix
from server.tests.house.addresses import Address, things

PART = re.compile(r"<(?:(\w+):)?(\w+)>")
#: parts of an address that name no row
FIXED = ("tier", "version")


def made_up(address: Address, arguments: dict[str, str]) -> str:
    """An address of this kind of which nothing is known."""

    def put(part: re.Match[str]) -> str:
        kind, name = part[1] or "str", part[2]
        if kind == "uuid":
            return str(uuid.uuid4())
        return arguments[name] if name in FIXED else "0" * 64

    return f"/{PART.sub(put, address.route)}"


@pytest.mark.django_db
def test_what_does_not_exist_is_answered_as_what_may_not_be_seen(settings: Any) -> None:
    settings.DEVELOPMENT = False
    table, wrong, asked = matrix.read(), [], 0
    for address in matrix.tabled():
        if not PART.search(address.route) or "(?P<" in address.route or address.name.startswith(("api:", "agent:")):
            continue  # no row in it, or no page
        for thing, arguments in things(address).items():
            url = made_up(address, arguments)
            answer: Any = Client().get(url, headers={"accept": "application/json"})
            told = f"302→{matrix.place(answer['Location'])}" if answer.status_code == 302 else str(answer.status_code)
            asked += 1
            seen = {cells["visitor"] for key, cells in table.items() if key[1:] == (address.name, thing, "GET")}
            wrong += [f"{url}: {told}, but {cell} for one that exists" for cell in seen - {told} if cell[:3] != "200"]
            if told.startswith("302"):
                assert answer["Location"] == f"/account/login/?next={url}"
    assert not wrong, "\n".join(wrong)
    assert asked > 200
