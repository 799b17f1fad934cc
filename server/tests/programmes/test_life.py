from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db.models import DateTimeField, Value
from hypothesis import given
from hypothesis import strategies as st

from didimdol.kernel import clock
from didimdol.kernel.actor import PUBLIC
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.programmes import actions
from didimdol.programmes.models import Amendment, Challenge
from didimdol.programmes.queries import (
    access_challenge,
    calendar,
    challenges_visible_to,
    phase,
    public_versions,
    stones,
)
from didimdol.programmes.tables import in_phase
from didimdol.records.models import AuditEvent
from server.tests.programmes.samples import YAML, changed

OPENS = datetime(2025, 2, 26, 10, tzinfo=clock.KST)
CLOSES = datetime(2025, 3, 18, 16, tzinfo=clock.KST)


@pytest.fixture
def told(scene, monkeypatch):
    """Somebody applies: the answer of the room above, whatever it says of a real application."""
    from didimdol.programmes import ports

    people = [scene.people["stranger"].id]
    monkeypatch.setattr(ports.applicants_of, "_answer", lambda challenge: people)
    return people


def test_announcing_makes_it_public_and_freezes_it(scene):
    with pytest.raises(Invisible):
        access_challenge(PUBLIC, scene.challenge.slug)
    actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    seen = access_challenge(PUBLIC, scene.challenge.slug)
    assert seen.state == "announced"
    assert seen.announced_at is not None
    assert AuditEvent.objects.within(type="challenge.announce").get().facts["digest"] == seen.rulebook.digest


def test_announcing_twice_is_announcing_once(announced):
    first = announced.challenge.announced_at
    actions.announce_challenge(actor=announced.acts("manager"), challenge=announced.challenge)
    assert announced.fresh().announced_at == first
    assert AuditEvent.objects.within(type="challenge.announce").count() == 1


@pytest.mark.parametrize("who", ["coordinator", "auditor", "verifier", "lead", "owner", "rival", "sponsor", "stranger"])
def test_only_the_manager_announces_and_cancels(scene, who):
    with pytest.raises(AccessDenied):
        actions.announce_challenge(actor=scene.acts(who), challenge=scene.challenge)
    with pytest.raises(AccessDenied):
        actions.cancel_challenge(actor=scene.acts(who), challenge=scene.challenge, reason="x")
    assert scene.fresh().state == "draft"


def test_a_notice_that_would_stand_too_short_is_refused(scene, clock_at):
    clock_at("2025-02-27 10:00")
    with pytest.raises(AccessDenied) as refused:
        actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    assert refused.value.code == "window_too_short"
    assert "19" in refused.value.message["ko"]
    clock_at("2025-02-26 23:59")
    actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)


def test_a_real_challenge_with_stand_ins_is_not_announced(scene):
    text = changed("example: true", "example: false").replace(
        "{key: chip, kind: technology_sponsor, name: {ko: 칩후원, en: Chip Sponsor}}",
        "{key: chip, kind: technology_sponsor, name: {ko: 칩후원, en: Chip Sponsor}, example: true}",
    )
    actions.load_rulebook(actor=scene.acts("manager"), operator=scene.operator, text=text, filename="x.yaml")
    with pytest.raises(AccessDenied) as refused:
        actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.fresh())
    assert refused.value.code == "stand_ins_left"
    assert "칩후원" in refused.value.message["ko"]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (OPENS - timedelta(seconds=1), "upcoming"),
        (OPENS, "open"),
        (CLOSES - timedelta(seconds=1), "open"),
        (CLOSES, "closed"),
        (CLOSES + timedelta(seconds=1), "closed"),
    ],
)
def test_open_and_closed_are_computed_to_the_second(announced, moment, expected):
    assert phase(announced.challenge, moment) == expected


def typed(moment):
    return Value(moment, output_field=DateTimeField())


@given(
    state=st.sampled_from(["draft", "announced", "evaluating", "closed", "cancelled"]),
    opens=st.integers(-3, 3),
    length=st.integers(1, 4),
)
@pytest.mark.django_db
def test_the_list_filters_by_the_same_phase_that_the_page_shows(state, opens, length):
    """The database's answer and Python's agree for every state and time (an announced challenge has a window)."""
    now = OPENS
    challenge = Challenge(
        state=state,
        opens_at=now + timedelta(hours=opens),
        closes_at=now + timedelta(hours=opens + length),
    )
    shown = phase(challenge, now)
    for name in ("draft", "upcoming", "open", "closed", "evaluating", "released", "cancelled"):
        assert in_phase(name, now).check(
            {"state": state, "opens_at": typed(challenge.opens_at), "closes_at": typed(challenge.closes_at)}
        ) is (name == shown), name


def test_evaluation_starts_only_after_closing(announced, clock_at):
    clock_at("2025-03-18 15:59")
    with pytest.raises(AccessDenied) as refused:
        actions.start_evaluation(actor=announced.acts("coordinator"), challenge=announced.challenge)
    assert refused.value.code == "applications_still_open"
    clock_at("2025-03-18 16:00")
    actions.start_evaluation(actor=announced.acts("coordinator"), challenge=announced.challenge)
    assert phase(announced.fresh()) == "evaluating"
    with pytest.raises(AccessDenied):
        actions.close_challenge(actor=announced.acts("coordinator"), challenge=announced.challenge)
    actions.close_challenge(actor=announced.acts("manager"), challenge=announced.challenge)
    assert phase(announced.fresh()) == "released"
    with pytest.raises(WrongState):
        actions.cancel_challenge(actor=announced.acts("manager"), challenge=announced.challenge, reason="late")


def test_cancelling_needs_a_reason_and_tells_applicants(announced, told):
    with pytest.raises(BadInput):
        actions.cancel_challenge(actor=announced.acts("manager"), challenge=announced.challenge, reason=" ")
    actions.cancel_challenge(
        actor=announced.acts("manager"), challenge=announced.challenge, reason="예산이 줄었습니다."
    )
    assert phase(announced.fresh()) == "cancelled"
    assert "예산이 줄었습니다." in Message.objects.within(person=announced.people["stranger"]).get().body
    assert access_challenge(PUBLIC, announced.challenge.slug)


def test_a_draft_waits_for_the_manager_until_it_is_announced(scene):
    waiting = Todo.objects.within(subject_id=scene.challenge.id, closed_at=None)
    assert [(t.role, t.organisation_id, t.until) for t in waiting] == [("manager", scene.operator.id, OPENS)]
    actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    assert not Todo.objects.within(subject_id=scene.challenge.id, closed_at=None, role="manager").exists()


# --- who sees a draft ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["manager", "coordinator", "auditor", "verifier", "lead", "owner", "rival", "sponsor"])
def test_those_who_prepare_see_the_draft(scene, who):
    assert access_challenge(scene.acts(who), scene.challenge.slug) == scene.challenge


def test_strangers_do_not_see_the_draft(scene, make_person, make_organisation, grant):
    outside = grant(make_person(), make_organisation("demand_company"), "demand_lead")
    startup = grant(make_person(), make_organisation("startup"), "ceo")
    elsewhere = grant(make_person(), make_organisation("operator"), "manager")
    for actor in (PUBLIC, scene.acts("stranger"), outside, startup, elsewhere):
        with pytest.raises(Invisible):
            access_challenge(actor, scene.challenge.slug)
        assert list(challenges_visible_to(actor)) == []


def test_an_expert_of_the_challenge_sees_the_draft(scene, make_person, make_organisation, grant):
    expert = grant(make_person(), make_organisation("expert_body"), "expert", challenge=scene.challenge)
    assert access_challenge(expert, scene.challenge.slug)


# --- amendments ----------------------------------------------------------------------------------------------------


def amend(scene, text, reason="심사 일정을 늦춥니다.", who="manager"):
    return actions.amend_challenge(
        actor=scene.acts(who), challenge=scene.challenge, text=text, filename="stone.yaml", reason=reason
    )


LATER = changed('closes: "+20d 16:00"', 'closes: "+21d 16:00"')


def test_an_amendment_says_what_changed_and_tells_applicants(announced, told, clock_at):
    clock_at("2025-03-01 10:00")
    amendment = amend(announced, LATER)
    assert [(c["path"], c["severity"]) for c in amendment.changes] == [("calendar.closes", "rule")]
    assert amendment.effect == "drafts_follow"
    assert amendment.made_by == announced.people["manager"]
    fresh = announced.fresh()
    assert fresh.closes_at == CLOSES + timedelta(days=1)
    assert fresh.rulebook.version == 2
    assert Message.objects.within(person=announced.people["stranger"]).count() == 1
    event = AuditEvent.objects.within(type="programmes.challenge_amended").get()
    assert event.facts["paths"] == ["calendar.closes"]
    assert {v.version for v in public_versions(fresh)} == {1, 2}


def test_before_opening_an_amendment_has_no_draft_to_follow(announced, told):
    assert amend(announced, changed("cap: 100000000", "cap: 90000000")).effect == "before_opening"


def test_an_amendment_needs_a_reason_a_change_and_the_same_key(announced, told):
    for text, reason, code in (
        (LATER, " ", "reason_required"),
        (YAML, "why", "amend_nothing"),
        (changed("key: stone-2025", "key: other-2025"), "why", "amend_other_key"),
        (changed("grant:", "grants:"), "why", "rulebook_invalid"),
    ):
        with pytest.raises(BadInput) as refused:
            amend(announced, text, reason)
        assert refused.value.code == code
    assert Amendment.objects.within(challenge=announced.challenge).count() == 0
    assert announced.fresh().rulebook.version == 1


def test_an_amendment_never_harms_those_who_already_apply(announced, told, clock_at):
    other = changed('opens: "2025-02-26 10:00"', 'opens: "2025-02-27 10:00"')
    clock_at("2025-03-01 10:00")
    with pytest.raises(BadInput) as refused:
        amend(announced, other)
    assert refused.value.code == "amend_shortens"
    clock_at("2025-03-25 10:00")
    with pytest.raises(BadInput) as refused:
        amend(announced, LATER)
    assert refused.value.code == "amend_closes_past"


@pytest.mark.parametrize("who", ["coordinator", "auditor", "lead", "stranger"])
def test_only_the_manager_amends(announced, told, who):
    with pytest.raises(AccessDenied):
        amend(announced, LATER, who=who)


def test_a_draft_and_an_evaluated_challenge_are_not_amended(scene, told, clock_at):
    with pytest.raises(AccessDenied) as refused:
        amend(scene, LATER)
    assert refused.value.code == "amend_announced_only"
    actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    clock_at("2025-03-20 10:00")
    actions.start_evaluation(actor=scene.acts("manager"), challenge=scene.challenge)
    with pytest.raises(BadInput) as late:
        amend(scene, LATER)
    assert late.value.code == "amend_panels_only"
    scene.fresh()
    actions.close_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    with pytest.raises(AccessDenied) as over:
        amend(scene, LATER)
    assert over.value.code == "amend_announced_only"


def test_after_the_closing_only_the_panels_change(announced, told, clock_at):
    """Whoever applied knew the criteria; how many sit on a panel may change until it is assigned."""
    clock_at("2025-03-20 10:00")
    with pytest.raises(BadInput) as refused:
        amend(announced, changed("cap: 100000000", "cap: 90000000"))
    assert refused.value.code == "amend_panels_only" and "grant.cap" in refused.value.message["ko"]
    more = changed("panel: {seats: 3}", "panel: {seats: 4, open_seats: 1}")
    amendment = amend(announced, more)
    assert amendment.effect == "panels"
    assert sorted(c["path"] for c in amendment.changes) == [
        "evaluation.stages.paper.panel.open_seats",
        "evaluation.stages.paper.panel.seats",
    ]
    assert Message.objects.within(person=announced.people["stranger"]).count() == 1


MATCHING = """matching:
  method: best_value
  budgets:
    - {{key: year, name: {{ko: 올해 협력자금, en: This year's money}}, amount: {amount}}}
  reserves:
    - {{key: river, name: {{ko: 리버 최소, en: River at least}}, companies: [river], at_least: {least}}}
calendar:
"""


def limited(amount=200_000_000, least=2):
    return changed("calendar:\n", MATCHING.format(amount=amount, least=least))


def test_after_the_result_only_the_limits_of_the_matching_are_loosened(scene, told, clock_at):
    actions.load_rulebook(actor=scene.acts("manager"), operator=scene.operator, text=limited(), filename="x.yaml")
    actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    clock_at("2025-03-20 10:00")
    actions.start_evaluation(actor=scene.acts("manager"), challenge=scene.challenge)
    with pytest.raises(BadInput) as early:
        amend(scene, limited(least=1))
    assert early.value.code == "amend_panels_only"
    clock_at("2025-04-20 10:00")
    actions.close_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    for text in (
        limited(least=1).replace("cap: 100000000", "cap: 90000000"),
        limited(100_000_000),
        YAML.replace("closes +3bd", "closes +4bd"),
    ):
        with pytest.raises(BadInput) as refused:
            amend(scene, text)
        assert refused.value.code == "amend_only_loosens"
    amendment = amend(scene, limited(300_000_000, least=1))
    assert amendment.effect == "matching_only"
    assert [c["path"] for c in amendment.changes] == [
        "matching.budgets.year.amount",
        "matching.reserves.river.at_least",
    ]
    assert Message.objects.within(person=scene.people["stranger"]).count() == 1


def test_a_draft_version_is_never_public(scene):
    actions.load_rulebook(actor=scene.acts("manager"), operator=scene.operator, text=LATER, filename="x.yaml")
    assert list(public_versions(scene.fresh())) == []
    actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    assert [v.version for v in public_versions(scene.fresh())] == [2]


# --- the way and the calendar --------------------------------------------------------------------------------------


def states(scene):
    return [s.state for s in stones(scene.fresh(), "ko")]


def test_the_stones_walk_with_the_challenge(scene, clock_at):
    labels = [s.label for s in stones(scene.challenge, "ko")]
    assert labels == ["수요", "공고", "접수", "서면평가", "선정", "PoC", "성과"]
    assert states(scene) == ["now"] + ["next"] * 6
    actions.announce_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    assert states(scene) == ["done", "done", "now"] + ["next"] * 4
    clock_at("2025-03-20 10:00")
    assert states(scene) == ["done"] * 3 + ["now"] + ["next"] * 3
    actions.start_evaluation(actor=scene.acts("manager"), challenge=scene.challenge)
    clock_at("2025-04-08 10:00")
    assert states(scene) == ["done"] * 4 + ["now"] + ["next"] * 2
    actions.close_challenge(actor=scene.acts("manager"), challenge=scene.challenge)
    assert states(scene) == ["done"] * 5 + ["now", "next"]


def test_a_cancelled_way_stands_still(announced, told):
    actions.cancel_challenge(actor=announced.acts("manager"), challenge=announced.challenge, reason="x")
    assert "now" not in states(announced)


def test_the_calendar_goes_by_time_and_every_line_has_both_languages(announced):
    lines = calendar(announced.challenge)
    assert [line.when for line in lines] == sorted(line.when for line in lines)
    assert {"announce", "opens", "closes", "stage.paper", "poc", "release", "objection"} <= {line.key for line in lines}
    assert all(line.label["ko"] and line.label["en"] for line in lines)
    assert next(line for line in lines if line.key == "poc").until is not None
