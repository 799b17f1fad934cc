"""The public record under attack: all names, the announced result and an evaluator's own ballots in hand.

Two ways. First, blindness: whatever the other evaluators gave, as long as the announcement and one's own
ballots are the same, the public record is the same but for commitments. So nothing that is not in the
announcement can be read off it, by any method. Then the commitments, which no guess opens.
"""

from __future__ import annotations

import copy
import random
from functools import cache
from typing import Any

import pytest

from attacks import openable, texts
from didimdol_decide.canonical import canonical_json
from didimdol_decide.record import (
    SelectionInputs,
    SelectionOutcome,
    compute,
    own_view,
    public_view,
    seal_selection,
)
from didimdol_decide.record.tiers import own_line
from programmes import programme
from samples import KEY

DISCLOSURES = ("selected_only", "selected_totals", "all_totals")
# Small fields, many ties, reserve lists, one to three stages.
NUMBERS = (0, 3, 5, 8)
APPLICATIONS = 14


def world(number: int, disclosure: str) -> dict[str, Any]:
    return {**programme(number, APPLICATIONS), "disclosure": disclosure}


@cache
def sealed(number: int, disclosure: str) -> dict[str, Any]:
    return seal_selection(world(number, disclosure), KEY, "2025-1", salt=f"{number:064x}")


def outcome_of(full: dict[str, Any]) -> SelectionOutcome:
    return SelectionOutcome.model_validate(full["payload"]["outcome"])


def announced(outcome: SelectionOutcome, disclosure: str) -> list[tuple[Any, ...]]:
    """What the notice lets everybody see."""
    lines: list[tuple[Any, ...]] = []
    for entry in outcome.ranking.applications:
        if disclosure == "all_totals":
            lines.append((entry.id, entry.field, entry.outcome, entry.rank, entry.final))
        elif entry.outcome == "selected":
            lines.append(
                (entry.id, entry.field, *((entry.rank, entry.final) if disclosure != "selected_only" else ()))
            )
    return sorted(lines, key=str)


def evaluators(values: dict[str, Any]) -> list[str]:
    return sorted({sheet["evaluator"] for sheets in values["ballots"].values() for sheet in sheets})


def twin(values: dict[str, Any], mine: str, draw: random.Random) -> dict[str, Any]:
    """Another world with the same ballots of `mine`: others gave otherwise, bonuses and reasons differ."""
    other = copy.deepcopy(values)
    maxima = {
        (stage["key"], body["key"], item["key"]): item["max_points"]
        for stage in values["stages"]
        for body in stage["bodies"]
        for item in body["criteria"]
    }
    touched = set(draw.sample([entry["id"] for entry in values["applications"]], draw.randint(1, 6)))
    for stage, sheets in other["ballots"].items():
        for sheet in sheets:
            if sheet["application"] in touched and sheet["evaluator"] != mine:
                for item in sheet["points"]:
                    sheet["points"][item] = str(draw.randint(0, maxima[stage, sheet["body"], item]))
    for entry in other["applications"]:
        if "excluded" in entry:
            entry["excluded"] = "found ineligible"
    for filed in other["bonuses"].values():
        for key in filed:
            if key in touched:
                filed[key] = str(draw.randint(0, 9))
    return other


def without_commitments(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record["payload"].items() if key != "commitments"}


@pytest.mark.parametrize("disclosure", DISCLOSURES)
@pytest.mark.parametrize("number", NUMBERS)
def test_it_is_blind_to_everything_but_the_announcement(number: int, disclosure: str) -> None:
    values, full = world(number, disclosure), sealed(number, disclosure)
    told = announced(outcome_of(full), disclosure)
    public = public_view(full)
    draw = random.Random(number)
    met = 0
    for mine in evaluators(values):
        for _ in range(4):
            other = twin(values, mine, draw)
            outcome = compute(SelectionInputs.model_validate(other))
            if announced(outcome, disclosure) != told or outcome.scores == outcome_of(full).scores:
                continue
            shown = public_view(seal_selection(other, KEY, "2025-1"))
            assert canonical_json(without_commitments(shown)) == canonical_json(without_commitments(public))
            assert len(shown["payload"]["commitments"]) == len(public["payload"]["commitments"])
            met += 1
    assert met >= (1 if disclosure == "all_totals" else 5), (
        "no other world met the announcement: nothing was shown"
    )


@pytest.mark.parametrize("disclosure", DISCLOSURES)
@pytest.mark.parametrize("number", NUMBERS)
def test_no_evaluator_opens_a_commitment(number: int, disclosure: str) -> None:
    values, full = world(number, disclosure), sealed(number, disclosure)
    outcome, public = outcome_of(full), public_view(full)
    names = sorted(entry["id"] for entry in values["applications"])
    lines = {name: own_line(outcome, name) for name in names}
    # One evaluator after another, and at last all of them together.
    hand: list[Any] = [public, names, [str(part) for line in announced(outcome, disclosure) for part in line]]
    hand += [sheet for sheets in values["ballots"].values() for sheet in sheets]
    assert not openable(public["payload"]["commitments"], lines, hand)
    # An applicant's own salt opens their own line and no other.
    mine = own_view(full, names[0])
    assert openable(public["payload"]["commitments"], lines, [public, mine["payload"]["salt"]]) == {names[0]}


@pytest.mark.parametrize("number", NUMBERS)
def test_no_order_and_no_figure_tells_a_rank(number: int) -> None:
    full = sealed(number, "selected_only")
    payload: Any = public_view(full)["payload"]
    names = [entry["id"] for entry in payload["selected"]]
    assert names == sorted(names)
    assert payload["commitments"] == sorted(payload["commitments"])
    inputs, outcome = SelectionInputs.model_validate(full["payload"]["inputs"]), outcome_of(full)
    of_rules = set(texts([payload["stages"], payload["selection"]]))
    shown = set(texts(payload)) - of_rules
    for scores in outcome.scores.values():
        for score in scores.values():
            figures = {score.base, score.total, score.bonus_filed, *(line.mean for line in score.bodies)}
            assert not shown & {str(figure) for figure in figures if figure is not None and figure != 0}
            assert not shown & {line.evaluator for line in score.ballots}
    assert not shown & {"reserve", "below_cutoff", "no_quorum", "excluded", "withdrawn"}
    silent = {entry.id for entry in outcome.ranking.applications} - set(names)
    assert silent
    assert not shown & silent
    assert inputs.disclosure == "selected_only"


def test_sealing_again_tells_nobody_that_a_line_is_the_same() -> None:
    one, other = (seal_selection(world(0, "selected_only"), KEY, "k") for _ in range(2))
    sets = [set(public_view(record)["payload"]["commitments"]) for record in (one, other)]  # type: ignore[index]
    assert not sets[0] & sets[1]


@pytest.mark.parametrize("leak", ["no salt", "salt from the seed", "salt is the id", "salt in the title"])
def test_the_attack_finds_what_leaks(leak: str) -> None:
    """The control: the same attack on commitments made wrongly."""
    import hashlib
    import hmac

    from didimdol_decide.canonical import digest
    from didimdol_decide.record.tiers import commitment_to

    values, full = world(0, "selected_only"), sealed(0, "selected_only")
    outcome = outcome_of(full)
    names = [entry["id"] for entry in values["applications"]]
    lines = {name: own_line(outcome, name) for name in names}
    seed = values["lottery"]["seed"]
    made = {
        "no salt": lambda name: digest(lines[name]),
        "salt from the seed": lambda name: commitment_to(
            lines[name], hmac.new(bytes.fromhex(seed), name.encode(), hashlib.sha256).hexdigest()
        ),
        "salt is the id": lambda name: commitment_to(lines[name], name),
        "salt in the title": lambda name: commitment_to(lines[name], "시범"),
    }[leak]
    hand = [public_view(full), names, {"title": "시범"}]
    assert openable([made(name) for name in names], lines, hand) == set(names)
