"""Computing: exactly what the rulebook says, from the ballots alone, as often as one likes until it is decided."""

from __future__ import annotations

import pytest

from didimdol.evaluation.models import Round
from didimdol.kernel.access import REASONS
from didimdol.kernel.problems import AccessDenied, WrongState
from didimdol.records.models import AuditEvent
from didimdol.selection import actions
from didimdol.selection.models import Line, Selection
from server.tests import worlds
from server.tests.selection.market import falling


def lines(selection: Selection) -> dict[str, tuple[str, int | None, str]]:
    found = Line.objects.within(selection=selection).select_related("application")
    return {line.application.number[-2:]: (line.computed, line.rank, line.score) for line in found}


def test_the_outcome_is_what_the_rulebook_says(computed: Selection) -> None:
    # laptop has the applications 1, 3, 5 and two places; robot 2, 4, 6 and one; the cut-off is 70, one reserve a field.
    assert computed.final
    assert lines(computed) == {
        "01": ("selected", 1, "94"),
        "03": ("selected", 2, "82"),
        "05": ("reserve", 3, "70"),
        "02": ("selected", 1, "88"),
        "04": ("reserve", 2, "76"),
        "06": ("below_cutoff", None, ""),
    }


def test_computed_twice_is_the_same_to_the_byte(world: worlds.World, closed: Round) -> None:
    first = actions.compute_selection(actor=world.runs, round=closed)
    before = (first.inputs, first.outcome, lines(first), {line.row_version for line in first.lines.all()})
    second = actions.compute_selection(actor=world.runs, round=closed)
    assert second.pk == first.pk
    assert (second.inputs, second.outcome, lines(second), {line.row_version for line in second.lines.all()}) == before
    assert Selection.objects.within(round=closed).count() == 1


def test_every_computation_is_on_the_challenges_chain(world: worlds.World, computed: Selection) -> None:
    types = AuditEvent.objects.within(chain=str(world.challenge.pk), subject_id=computed.pk).values_list(
        "type", flat=True
    )
    assert list(types) == ["selection.created", "selection.computed"]


def test_an_open_round_is_not_computed(world: worlds.World) -> None:
    round = worlds.scoring_round(world)
    with pytest.raises(WrongState) as refused:
        actions.compute_selection(actor=world.runs, round=round)
    assert refused.value.code == "round_not_closed"
    assert not Selection.objects.within(round=round).exists()


@pytest.mark.parametrize("who", ["auditor", "expert", "judge", "ceo"])
def test_only_coordinator_and_manager_compute(world: worlds.World, closed: Round, who: str) -> None:
    person = {
        "auditor": world.auditor,
        "expert": world.experts[0],
        "judge": next(iter(world.judges.values()))[0],
        "ceo": world.ceos[0],
    }[who]
    with pytest.raises(AccessDenied) as refused:
        actions.compute_selection(actor=world.actor(person), round=closed)
    assert refused.value.code == "only_the_operator"
    assert refused.value.message == REASONS["only_the_operator"]


def test_a_decided_outcome_is_not_computed_again(world: worlds.World, closed: Round, decided: Selection) -> None:
    with pytest.raises(WrongState) as refused:
        actions.compute_selection(actor=world.runs, round=closed)
    assert refused.value.code == "already_decided"


def test_a_ballot_that_was_not_locked_does_not_count(world: worlds.World) -> None:
    """The demand company's only ballot is missing: no quorum, no score; the expert's figures do not leak into a total."""
    from didimdol.evaluation.models import Ballot
    from didimdol.kernel import clock

    round = worlds.scoring_round(world)
    first = world.applications[0]
    for ballot in Ballot.objects.within(seat__round=round).filter(state="draft"):
        if not (ballot.application_id == first.pk and ballot.seat.body != "expert"):
            worlds.lock(ballot, falling)
    clock.move_to(round.closes_at)
    worlds.close(world, round)
    selection = actions.compute_selection(actor=world.runs, round=round)
    assert lines(selection)["01"] == ("no_quorum", None, "")
    assert lines(selection)["03"] == ("selected", 1, "82")
