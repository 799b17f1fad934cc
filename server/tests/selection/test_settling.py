"""What the operator settles before the release: holds, exclusions, withdrawals in between."""

from __future__ import annotations

import pytest

from didimdol.applications import actions as applications
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.records.models import AuditEvent
from didimdol.selection import actions
from didimdol.selection.models import Line, Selection
from server.tests import worlds
from server.tests.selection.test_computing import lines


def line_of(selection: Selection, number: str) -> Line:
    return Line.objects.within(selection=selection).get(application__number__endswith=number)


def test_a_held_line_keeps_everything_back(world: worlds.World, decided: Selection) -> None:
    manager = world.actor(world.manager)
    line = actions.hold_line(actor=manager, line=line_of(decided, "06"), reason="  자격 확인 중  ")
    assert (line.held, line.held_reason) == (True, "자격 확인 중")
    with pytest.raises(AccessDenied) as refused:
        actions.release_selection(actor=manager, selection=decided)
    assert refused.value.code == "lines_held"
    assert "1건" in refused.value.message["ko"]
    actions.unhold_line(actor=manager, line=line, reason="확인 완료")
    assert actions.release_selection(actor=manager, selection=decided).state == "released"


def test_an_excluded_line_lets_the_next_one_in(world: worlds.World, computed: Selection) -> None:
    manager = world.actor(world.manager)
    line = actions.exclude_line(actor=manager, line=line_of(computed, "01"), ground="ineligible", reason="휴업 중")
    assert (line.computed, line.rank, line.excluded) == ("excluded", None, "ineligible")
    now = lines(computed)
    assert now["03"] == ("selected", 1, "82")
    assert now["05"] == ("selected", 2, "70")
    assert now["02"] == ("selected", 1, "88"), "another field does not move"
    actions.readmit_line(actor=manager, line=line, reason="휴업 아님")
    assert lines(computed)["01"] == ("selected", 1, "94")
    assert lines(computed)["05"] == ("reserve", 3, "70")


def test_the_reason_is_kept_beside_the_chain_and_not_in_it(world: worlds.World, computed: Selection) -> None:
    line = actions.exclude_line(
        actor=world.actor(world.manager), line=line_of(computed, "01"), ground="duplicate", reason="홍길동의 말"
    )
    event = AuditEvent.objects.within(subject_id=line.pk).get(type="selection_line.excluded")
    assert event.facts == {"ground": "duplicate"}
    assert [note.value for note in event.notes.all()] == ["홍길동의 말"]


@pytest.mark.parametrize("change", [actions.hold_line, actions.unhold_line, actions.readmit_line])
def test_settling_needs_a_reason(world: worlds.World, computed: Selection, change: object) -> None:
    with pytest.raises(BadInput) as refused:
        change(actor=world.actor(world.manager), line=line_of(computed, "01"), reason=" ")  # type: ignore[operator]
    assert set(refused.value.fields) == {"reason"}


@pytest.mark.parametrize("ground", ["", "withdrawn", "dislike"])
def test_an_exclusion_names_a_ground_of_the_rules(world: worlds.World, computed: Selection, ground: str) -> None:
    with pytest.raises(BadInput) as refused:
        actions.exclude_line(
            actor=world.actor(world.manager), line=line_of(computed, "01"), ground=ground, reason="사유"
        )
    assert refused.value.code == "ground_required"
    assert lines(computed)["01"] == ("selected", 1, "94")


@pytest.mark.parametrize("who", ["coordinator", "auditor"])
def test_only_a_manager_settles(world: worlds.World, computed: Selection, who: str) -> None:
    actor = world.actor(getattr(world, who))
    for change in (actions.hold_line, actions.unhold_line, actions.readmit_line):
        with pytest.raises(AccessDenied):
            change(actor=actor, line=line_of(computed, "01"), reason="사유")
    with pytest.raises(AccessDenied):
        actions.exclude_line(actor=actor, line=line_of(computed, "01"), ground="ineligible", reason="사유")


def test_after_the_decision_nothing_is_excluded(world: worlds.World, decided: Selection) -> None:
    manager = world.actor(world.manager)
    with pytest.raises(WrongState):
        actions.exclude_line(actor=manager, line=line_of(decided, "01"), ground="ineligible", reason="사유")
    actions.reconsider_selection(actor=manager, selection=decided, reason="자격 재검토")
    line = actions.exclude_line(actor=manager, line=line_of(decided, "01"), ground="ineligible", reason="사유")
    assert line.computed == "excluded"


def test_after_the_release_nothing_is_settled(world: worlds.World, released: Selection) -> None:
    for change in (actions.hold_line, actions.unhold_line, actions.readmit_line):
        with pytest.raises(WrongState):
            change(actor=world.actor(world.manager), line=line_of(released, "01"), reason="사유")


def test_a_withdrawal_after_the_computation_is_noticed(world: worlds.World, decided: Selection) -> None:
    """What is released is what was decided; where the facts have moved, it is decided anew."""
    manager, gone = world.actor(world.manager), world.applications[0]
    applications.withdraw_application(actor=world.actor(world.ceos[0]), application=gone, reason="폐업")
    with pytest.raises(AccessDenied) as refused:
        actions.release_selection(actor=manager, selection=decided)
    assert refused.value.code == "changed_since_computed"
    actions.reconsider_selection(actor=manager, selection=decided, reason="철회")
    with pytest.raises(AccessDenied) as refused:
        actions.decide_selection(actor=manager, selection=decided)
    assert refused.value.code == "changed_since_computed"
    actions.compute_selection(actor=world.runs, round=decided.round)
    assert lines(decided)["01"][0] == "excluded"
    assert lines(decided)["05"][0] == "selected"
    actions.decide_selection(actor=manager, selection=decided)
    assert actions.release_selection(actor=manager, selection=decided).state == "released"
