"""Seats that a person of any body may take: checked, written out and told, and nothing where there are none."""

from __future__ import annotations

import pytest

from didimdol.programmes.notice import stage_cards
from didimdol.programmes.rulebook import Change, RulebookInvalid, diff, export, from_canonical, parse
from server.tests.worlds import small_rulebook

from .presets import NAMES, preset


def opened(seats: int, open_seats: int, **rule: object) -> str:
    def change(book: dict) -> None:  # type: ignore[type-arg]
        stage = book["evaluation"]["stages"][0]
        stage["panel"] |= {"seats": seats, "open_seats": open_seats}
        stage["rule"] |= rule

    return small_rulebook(change=change)


@pytest.mark.parametrize("name", NAMES)
def test_a_rulebook_without_them_has_the_digest_it_always_had(name: str) -> None:
    assert all("open_seats" not in (stage["panel"] or {}) for stage in preset(name).canonical["evaluation"]["stages"])
    assert "open_seats" not in export(preset(name).rulebook)


def test_none_written_is_none_left_out() -> None:
    assert parse(opened(3, 0)).digest == parse(small_rulebook()).digest


def test_they_are_a_rule_that_is_kept_and_written_out() -> None:
    found = parse(opened(4, 1))
    assert found.rulebook.stages[0].panel.open_seats == 1  # type: ignore[union-attr]
    assert found.digest != parse(small_rulebook()).digest
    assert parse(export(found.rulebook)).digest == from_canonical(found.canonical).digest() == found.digest
    assert diff(parse(small_rulebook()).rulebook, found.rulebook) == [
        Change("evaluation.stages.paper.panel.seats", "3", "4", "rule"),
        Change("evaluation.stages.paper.panel.open_seats", "0", "1", "rule"),
    ]
    (line,) = [line for line in stage_cards(found.rulebook, "en")[0].lines if line.label == "Open seats"]
    assert line.value == "1 for each application, of any body"


def test_the_sum_counts_them() -> None:
    with pytest.raises(RulebookInvalid) as refused:
        parse(opened(3, 1))
    assert "expert 2 + demand 1 + open_seats 1 = 4" in str(refused.value) and "Write seats: 4" in str(refused.value)


def test_one_body_alone_has_no_open_seats() -> None:
    def change(book: dict) -> None:  # type: ignore[type-arg]
        stage = book["evaluation"]["stages"][0]
        stage["panel"] |= {"seats": 3, "open_seats": 1}
        stage["rule"]["bodies"] = [{**stage["rule"]["bodies"][0], "weight": 1}]
        del book["evaluation"]["selection"]["tie_breaks"]

    with pytest.raises(RulebookInvalid) as refused:
        parse(small_rulebook(change=change))
    assert "evaluation.stages.paper.panel.open_seats" in {problem.path for problem in refused.value.problems}


@pytest.mark.parametrize("scope", ["panel", "body"])
def test_a_trimming_that_only_open_seats_make_possible(scope: str) -> None:
    least = 4 if scope == "panel" else 3
    trim = {"drop_high": 1, "drop_low": 1, "min_ballots": least, "scope": scope}
    assert parse(opened(4, 1, trim=trim))
    with pytest.raises(RulebookInvalid, match="Trimming needs"):
        parse(opened(3, 0, trim=trim))
