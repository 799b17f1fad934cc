"""Two stages: the shortlist lets through ceil(quota x factor) a field, and the last selection holds everybody."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from didimdol.applications import actions as applications
from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.models import Round
from didimdol.kernel import clock
from didimdol.kernel.problems import WrongState
from didimdol.notices.models import Message, Todo
from didimdol.people.enums import Role
from didimdol.programmes.models import Challenge
from didimdol.selection import actions, queries
from didimdol.selection.models import Selection
from didimdol_decide.record import recompute
from server.tests import worlds
from server.tests.selection.market import falling
from server.tests.selection.standing import standing
from server.tests.selection.test_computing import lines


@standing.world
def two_stages() -> worlds.World:
    """Nine in two fields: laptop (two places, four go on) has 1, 3, 5, 7, 9; robot (one place, two go on) 2, 4, 6, 8."""
    return worlds.closed_challenge(applications=9, rulebook=worlds.small_rulebook(stages=2))


def gently(application: Any, seat: Any, criterion: Any) -> Any:
    """Nobody falls below the cut-off: only the shortlist decides."""
    return Decimal(criterion.max_points) * (99 - 2 * int(application.number[-2:])) / 100


@standing.world
def shortlist(two_stages: worlds.World) -> Selection:
    round = worlds.closed_round(two_stages, points=gently)
    return actions.compute_selection(actor=two_stages.runs, round=round)


def release(world: worlds.World, selection: Selection) -> Selection:
    manager = world.actor(world.manager)
    actions.decide_selection(actor=manager, selection=selection)
    return actions.release_selection(actor=manager, selection=selection)


def test_only_the_top_of_each_field_goes_on(two_stages: worlds.World, shortlist: Selection) -> None:
    assert not shortlist.final
    outcome = {number: (computed, rank) for number, (computed, rank, _) in lines(shortlist).items()}
    assert outcome == {
        "01": ("passed", 1), "03": ("passed", 2), "05": ("passed", 3), "07": ("passed", 4), "09": ("not_selected", 5),
        "02": ("passed", 1), "04": ("passed", 2), "06": ("not_selected", 3), "08": ("not_selected", 4),
    }  # fmt: skip


def test_nobody_goes_on_before_the_release(two_stages: worlds.World, shortlist: Selection) -> None:
    assert queries.passed_to_stage(two_stages.challenge.pk, "presentation") == []
    with pytest.raises(WrongState):
        worlds.open_round(two_stages, "presentation")
    release(two_stages, shortlist)
    assert len(queries.passed_to_stage(two_stages.challenge.pk, "presentation")) == 6


def test_the_last_selection_holds_everybody(two_stages: worlds.World, shortlist: Selection) -> None:
    world = two_stages
    released = release(world, shortlist)
    assert (released.record_id, released.public_record_id) == (None, None)
    assert Challenge.objects.within(pk=world.challenge.pk).get().state == "evaluating"
    assert Message.objects.unscoped(why="sent").filter(url__startswith="/selection/own/").count() == 9

    def reversed_points(application: Any, seat: Any, criterion: Any) -> Any:
        return criterion.max_points - falling(application, seat, criterion) / 5

    round = worlds.closed_round(world, "presentation", points=reversed_points)
    final = actions.compute_selection(actor=world.runs, round=round)
    assert final.final
    outcome = lines(final)
    assert len(outcome) == 9
    assert {number: row[0] for number, row in outcome.items() if number in ("09", "06", "08")} == dict.fromkeys(
        ("09", "06", "08"), "not_selected"
    )
    assert all(outcome[number][1] is None for number in ("09", "06", "08"))
    final = release(world, final)
    assert final.record and set(final.record.document["payload"]["inputs"]["ballots"]) == {"paper", "presentation"}
    assert all(line.own_record_id for line in final.lines.all())
    # the shortlist that was released is the one the record walks through
    stopped = {e["id"]: e["stopped_at"] for e in final.outcome["ranking"]["applications"]}
    passed = {str(line.application_id) for line in shortlist.lines.filter(computed="passed")}
    assert {identity for identity, stage in stopped.items() if stage is None} == passed


def test_an_evaluator_who_cast_nothing_leaves_a_line_all_the_same(
    two_stages: worlds.World, shortlist: Selection
) -> None:
    """Somebody who came into a stage and got no ballot is shown, with the reason; nobody disappears."""
    world = two_stages
    release(world, shortlist)
    round = worlds.scoring_round(world, "presentation")
    clock.move_to(round.closes_at)
    round = evaluation.close_round(actor=world.runs, round=Round.objects.within(pk=round.pk).get())
    outcome = lines(actions.compute_selection(actor=world.runs, round=round))
    assert len(outcome) == 9
    assert sum(1 for row in outcome.values() if row[0] == "no_quorum") == 6


@pytest.mark.parametrize("how", ["excluded", "withdrawn"])
def test_nobody_moves_up_onto_a_released_shortlist(two_stages: worlds.World, shortlist: Selection, how: str) -> None:
    """Who leaves after the shortlist is out keeps its place there: the next in line was never on a panel, and is not
    told that it had too few ballots."""
    world = two_stages
    release(world, shortlist)
    round = worlds.closed_round(world, "presentation")
    final = actions.compute_selection(actor=world.runs, round=round)
    before = lines(final)
    assert before["06"][0] == "not_selected"
    if how == "excluded":
        line = final.lines.get(application__number__endswith="02")
        actions.exclude_line(
            actor=world.actor(world.manager), line=line, ground="false_statement", reason="표절이 확인되었습니다."
        )
    else:
        applications.withdraw_application(
            actor=world.actor(world.ceos[1]), application=world.applications[1], reason="철회합니다."
        )
        actions.compute_selection(actor=world.runs, round=round)
    after = lines(final)
    assert after["02"] == ("excluded", None, "")
    assert {n: row[0] for n, row in after.items() if n in ("06", "08", "09")} == dict.fromkeys(
        ("06", "08", "09"), "not_selected"
    )
    assert after["04"][:2] == ("selected", 1)
    final = release(world, Selection.objects.within(pk=final.pk).get())
    assert final.record is not None
    assert recompute(final.record.document).ok


def test_an_applicant_reads_the_stage_and_later_the_end(
    two_stages: worlds.World, shortlist: Selection, signed_in: Any
) -> None:
    world = two_stages
    own = f"/selection/own/{world.applications[0].pk}/"
    assert signed_in(world.ceos[0]).get(own).status_code == 404
    release(world, shortlist)
    page = signed_in(world.ceos[0]).get(own)
    assert page.status_code == 200
    assert "통과" in page.content.decode()
    assert signed_in(world.ceos[0]).get(f"{own}record/").status_code == 404, "sealed with the last stage"
    assert signed_in(world.manager).get(f"/selection/{shortlist.pk}/record/public/").status_code == 404
    assert signed_in(world.ceos[0]).get(f"/selection/results/{world.challenge.slug}/").status_code == 404


def waiting() -> list[str]:
    """What waits for the coordinator, in English."""
    return [
        todo.what["en"].split(" · ")[0]
        for todo in Todo.objects.unscoped(why="test").filter(closed_at=None, role=Role.COORDINATOR)
    ]


def test_nobody_forgets_whose_turn_it_is(two_stages: worlds.World) -> None:
    """A closed round waits for its ranking, a released shortlist for the next stage; each ends when it is done."""
    round = worlds.closed_round(two_stages, points=gently)
    assert waiting() == ["The round is closed: compute the ranking"]
    shortlist = actions.compute_selection(actor=two_stages.runs, round=round)
    assert waiting() == []
    release(two_stages, shortlist)
    assert waiting() == ["Open the evaluation of the next stage"]
    worlds.open_round(two_stages, "presentation")
    assert waiting() == ["Seat evaluators and start the declarations"]
