"""The page shows didimdol_decide's order, whatever the ballots; nobody is lost and nobody doubled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.applications.models import Application
from didimdol.evaluation.models import Round
from didimdol.people.models import Organisation
from didimdol.selection import computing
from didimdol.selection.models import Line, Selection
from didimdol.selection.standings import BANDS, board_of
from didimdol_decide.lottery import commitment
from didimdol_decide.record import SelectionInputs, compute

FIELDS = ("laptop", "robot")
SEED = "1" * 64


def stage(key: str, factor: int | None = None) -> dict[str, Any]:
    bodies = [
        {"key": "expert", "name": {"ko": "전문가"}, "weight": "0.6", "seats": 2, "quorum": 1, "criteria": [{"key": "technology", "max_points": 4}]},
        {"key": "demand", "name": {"ko": "수요기업"}, "weight": "0.4", "seats": 1, "quorum": 1, "criteria": [{"key": "fit", "max_points": 4}]},
    ]  # fmt: skip
    rule = {
        "key": key,
        "name": {"ko": key},
        "bodies": bodies,
        "cutoff_percent": "50",
        "trim": {"drop_high": 0, "drop_low": 0},
    }
    return {**rule, "shortlist_factor": factor} if factor else rule


def identity(number: int) -> str:
    return str(UUID(int=number + 1))


@st.composite
def cases(draw: Any) -> SelectionInputs:
    """Few points a sheet and many applications: ties, cut-offs, missing quorums and exclusions all come up."""
    count = draw(st.integers(1, 12))
    two = draw(st.booleans())
    points = st.one_of(st.none(), st.integers(0, 4))
    ballots = []
    for number in range(count):
        for evaluator, body, criterion in (
            ("e1", "expert", "technology"),
            ("e2", "expert", "technology"),
            ("d", "demand", "fit"),
        ):
            given_points = draw(points)
            if given_points is not None:
                ballots.append(
                    {
                        "application": identity(number),
                        "evaluator": evaluator,
                        "body": body,
                        "points": {criterion: given_points},
                    }
                )
    return SelectionInputs.model_validate(
        {
            "rulebook_digest": "0" * 64,
            "stages": [stage("paper", 1), stage("talk")] if two else [stage("paper")],
            "selection": {
                "stage_weights": {"paper": 1},
                "quota": draw(st.sampled_from([3, {"by_field": {"laptop": 2, "robot": 1}}])),
                "reserve_per_field": draw(st.integers(0, 2)),
                "tie_breaks": [{"by": "body", "stage": "paper", "body": "demand"}],
            },
            "applications": [
                {"id": identity(n), "field": draw(st.sampled_from(FIELDS)), "excluded": draw(st.sampled_from([None, None, None, "withdrawn"]))}
                for n in range(count)
            ],
            "ballots": {"paper": ballots},
            "lottery": {"commitment": commitment(SEED), "seed": SEED},
        }
    )  # fmt: skip


def shown(inputs: SelectionInputs, stage_key: str) -> tuple[Any, Any]:
    outcome = compute(inputs)
    everyone = [candidate.id for candidate in inputs.applications]
    computed = computing.lines_of(stage_key, inputs, outcome, everyone)
    selection = Selection(
        round=Round(stage=stage_key),
        final=stage_key == inputs.stages[-1].key,
        inputs=inputs.as_json(),
        outcome=outcome.as_json(),
    )
    lines = [
        Line(
            selection=selection,
            application=Application(
                id=UUID(key), number=f"n-{UUID(key).int:04d}", startup=Organisation(name={"ko": key})
            ),
            computed=row.outcome,
            rank=row.rank,
            score=row.score,
        )
        for key, row in computed.items()
    ]
    return outcome, board_of(selection, lines, {})


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_page_keeps_decides_order(inputs: SelectionInputs) -> None:
    outcome, board = shown(inputs, inputs.stages[-1].key)
    by_group: dict[str, list[str]] = {}
    for entry in outcome.ranking.applications:
        if entry.rank is not None:
            by_group.setdefault(entry.group, []).append(entry.id)
    assert {
        g.key: [str(r.line.application_id) for r in g.rows if r.line.rank]
        for g in board.groups
        if any(r.line.rank for r in g.rows)
    } == by_group
    everyone = sorted(str(row.line.application_id) for group in board.groups for row in group.rows)
    assert everyone == sorted(candidate.id for candidate in inputs.applications)
    for group in board.groups:
        assert [band.outcome for band in group.bands] == sorted((b.outcome for b in group.bands), key=BANDS.index)
        assert group.taken <= group.places
        for band in group.bands:
            assert [row.line.rank or 10**6 for row in band.rows] == sorted(row.line.rank or 10**6 for row in band.rows)


@settings(max_examples=150, deadline=None)
@given(cases().filter(lambda inputs: len(inputs.stages) == 2))
def test_a_shortlist_takes_the_best_and_no_more(inputs: SelectionInputs) -> None:
    _, board = shown(inputs, "paper")
    for group in board.groups:
        passed = [row for band in group.bands if band.outcome == "passed" for row in band.rows]
        out = [row for band in group.bands if band.outcome == "not_selected" for row in band.rows]
        assert len(passed) <= group.places
        assert not out or len(passed) == group.places, "a place stays empty only when nobody is left above the bar"
        worst = min((float(row.line.score) for row in passed), default=None)
        assert all(worst is not None and float(row.line.score) <= worst for row in out)
        ranks = [row.line.rank for row in [*passed, *out]]
        assert ranks == sorted(ranks) and all(rank is not None for rank in ranks)
        assert all(
            row.line.rank is None
            for band in group.bands
            if band.outcome in ("below_cutoff", "no_quorum", "excluded")
            for row in band.rows
        )
