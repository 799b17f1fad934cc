"""Every address, asked by everybody, answers as the checked-in table says (access_matrix.csv; explained in .md)."""

from __future__ import annotations

from typing import Any

import pytest

from server.tests.house import matrix
from server.tests.house.addresses import EXCLUDED, addresses, phases
from server.tests.house.scenes import PHASES, open_scene


def test_every_address_has_its_rows() -> None:
    tabled = {(key[1], key[3]) for key in matrix.read()}
    assert {(a.name, method) for a in matrix.tabled() for method in matrix.METHODS} == tabled


def test_what_is_excluded_still_exists() -> None:
    for prefix in EXCLUDED:
        assert any(address.module.startswith(prefix) for address in addresses()), prefix


def test_every_address_is_asked_in_a_phase_that_exists() -> None:
    assert {phase for address in matrix.tabled() for phase in phases(address.name)} == set(PHASES)


@pytest.mark.django_db
def test_the_open_call_answers_as_the_table_says(settings: Any) -> None:
    settings.DEVELOPMENT = False
    matrix.compare(open_scene(), ("open",))


def test_a_changed_cell_a_new_row_and_a_lost_row_are_told() -> None:
    key, other = ("open", "site:front", "", "GET"), ("open", "site:home", "", "GET")
    wanted = {key: dict.fromkeys(matrix.PERSONAS, "404")}
    changed = {key: {**wanted[key], "sponsor": "200 [plan]"}}
    assert matrix.differences(wanted, wanted) == []
    assert matrix.differences(wanted, changed) == ["open site:front  GET as sponsor: 200 [plan]; the table says: 404"]
    assert matrix.differences({}, wanted) == ["no row: open site:front  GET"]
    assert matrix.differences({other: wanted[key]}, {}) == ["no such address any more: open site:home  GET"]
