"""Platform staff have power only in a session; tokens carry less than the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.people import actions, queries, scopes
from didimdol.people.models import ApiToken, StaffSession
from didimdol.records.models import AuditEvent, PersonalNote

pytestmark = pytest.mark.django_db
REASON = "사용자 요청으로 기관 이름을 고침"


@pytest.fixture
def staff(make_person: Any, make_organisation: Any, grant: Any) -> Any:
    person = make_person()
    grant(person, make_organisation("operator"), "platform")
    return person


def test_staff_have_no_power_without_a_session(staff: Any, make_organisation: Any, actor_for: Any) -> None:
    startup = make_organisation("startup")
    assert actor_for(staff).grants == ()
    with pytest.raises(AccessDenied):
        actions.update_organisation(actor=actor_for(staff), organisation=startup, business_number="1078614075")
    actions.open_staff_session(actor=actor_for(staff), reason=REASON, hours=1)
    actor = actor_for(staff)
    assert actor.staff_reason == REASON and actor.grant("platform")
    actions.update_organisation(actor=actor, organisation=startup, business_number="1078614075")
    actions.close_staff_session(actor=actor)
    assert actor_for(staff).grants == ()


def test_a_session_ends_by_itself(staff: Any, actor_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session = actions.open_staff_session(actor=actor_for(staff), reason=REASON, hours=2)
    assert timedelta(hours=1.9) < session.ends_at - clock.real() <= timedelta(hours=2)
    monkeypatch.setattr(clock, "real", lambda: session.ends_at)
    assert actor_for(staff).grants == ()


def test_the_reason_is_on_record_beside_the_chain(staff: Any, actor_for: Any) -> None:
    actions.open_staff_session(actor=actor_for(staff), reason=REASON, hours=1)
    event = AuditEvent.objects.within(type="people_staff_session.opened").get()
    assert REASON not in str(event.facts)
    assert PersonalNote.objects.within(event=event).get().value == REASON


@pytest.mark.parametrize(("reason", "hours"), [("짧음", 1), ("가" * 301, 1), (REASON, 0), (REASON, 9)])
def test_a_session_needs_a_reason_and_an_end(reason: str, hours: int, staff: Any, actor_for: Any) -> None:
    with pytest.raises(BadInput):
        actions.open_staff_session(actor=actor_for(staff), reason=reason, hours=hours)
    assert not StaffSession.objects.unscoped(why="test").exists()


def test_others_open_none(make_person: Any, actor_for: Any, signed_in: Callable[..., Client]) -> None:
    person = make_person()
    with pytest.raises(AccessDenied):
        actions.open_staff_session(actor=actor_for(person), reason=REASON, hours=1)
    assert signed_in(person).get(reverse("people:staff")).status_code == 403


def test_the_staff_page(staff: Any, signed_in: Callable[..., Client], actor_for: Any) -> None:
    browser, here = signed_in(staff), reverse("people:staff")
    assert browser.get(here).status_code == 200
    assert browser.post(here, {"reason": "짧음", "hours": 1}).status_code == 422
    assert browser.post(here, {"reason": REASON, "hours": 1}).status_code == 302
    assert REASON in browser.get(here).content.decode()
    assert actor_for(staff).grants
    assert browser.post(reverse("people:close-staff")).status_code == 302
    assert actor_for(staff).grants == ()


# --- tokens --------------------------------------------------------------------------------------------------------


def test_a_token_acts_for_its_person_within_its_scopes(make_person: Any, make_organisation: Any, grant: Any) -> None:
    person = make_person()
    actor = grant(person, make_organisation("operator"), "manager")
    token, clear = actions.issue_token(actor=actor, name="보고", scopes=["challenges:read"], days=30)
    assert clear not in str(ApiToken.objects.within(person=person).values().get())
    acting = queries.actor_of_token(clear)
    assert acting is not None
    assert (acting.person, acting.grants, acting.scopes) == (person.id, actor.grants, frozenset({"challenges:read"}))
    assert queries.actor_of_token(clear + "x") is None
    with pytest.raises(AccessDenied):  # a token makes no token and opens no session
        actions.issue_token(actor=acting, name="둘", scopes=["challenges:read"], days=1)
    with pytest.raises(AccessDenied):
        actions.open_staff_session(actor=acting, reason=REASON, hours=1)
    actions.revoke_token(actor=actor, token=token)
    assert queries.actor_of_token(clear) is None


def test_a_token_ends(make_person: Any, actor_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    token, clear = actions.issue_token(actor=actor_for(make_person()), name="가", scopes=["profile:read"], days=1)
    monkeypatch.setattr(clock, "real", lambda: token.expires_at - timedelta(seconds=1))
    assert queries.actor_of_token(clear)
    monkeypatch.setattr(clock, "real", lambda: token.expires_at)
    assert queries.actor_of_token(clear) is None


def test_a_closed_account_has_no_token(make_person: Any, actor_for: Any) -> None:
    person = make_person()
    _, clear = actions.issue_token(actor=actor_for(person), name="가", scopes=["profile:read"], days=1)
    person.is_active = False
    person.save()
    assert queries.actor_of_token(clear) is None


@pytest.mark.parametrize(
    ("field", "more"),
    [("name", {"name": " "}), ("scopes", {"scopes": []}), ("scopes", {"scopes": ["all"]}), ("days", {"days": 366})],
)
def test_a_wrong_token(field: str, more: dict[str, Any], make_person: Any, actor_for: Any) -> None:
    with pytest.raises(BadInput) as refused:
        actions.issue_token(
            actor=actor_for(make_person()), **{"name": "가", "scopes": ["profile:read"], "days": 1, **more}
        )
    assert field in refused.value.fields


def test_tokens_are_not_without_number(make_person: Any, actor_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "TOKENS_AT_ONCE", 2)
    actor = actor_for(make_person())
    for _ in range(2):
        token, _ = actions.issue_token(actor=actor, name="가", scopes=["profile:read"], days=1)
    with pytest.raises(BadInput):
        actions.issue_token(actor=actor, name="가", scopes=["profile:read"], days=1)
    actions.revoke_token(actor=actor, token=token)
    actions.issue_token(actor=actor, name="가", scopes=["profile:read"], days=1)


def test_the_tokens_page(make_person: Any, signed_in: Callable[..., Client]) -> None:
    person = make_person()
    browser, here = signed_in(person), reverse("people:tokens")
    issued = browser.post(here, {"name": "보고", "scopes": ["profile:read", "records:read"], "days": "30"})
    assert issued.status_code == 200 and "no-store" in issued["Cache-Control"]
    clear = issued.content.decode().split('value="didimdol_')[1].split('"')[0]
    assert queries.actor_of_token(f"didimdol_{clear}")
    assert clear not in browser.get(here).content.decode()
    assert browser.post(here, {"name": "보고", "days": "30"}).status_code == 422
    token = ApiToken.objects.within(person=person).get()
    gone = reverse("people:revoke-token", args=[token.id])
    assert signed_in(make_person()).get(gone).status_code == 404
    assert browser.get(gone).status_code == 200
    assert browser.post(gone).status_code == 302
    assert queries.actor_of_token(f"didimdol_{clear}") is None


def test_a_scope_has_one_text() -> None:
    from didimdol.kernel.words import text

    with pytest.raises(ValueError, match="twice"):
        scopes.scopes({"profile:read": text("다른 말", "Other words")})
