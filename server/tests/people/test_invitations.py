"""Invitations: by mail, once, for the invited person only."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, Invisible, TooMany, WrongState
from didimdol.people import actions, links, queries, tasks
from didimdol.people.models import Invitation, Person, RoleAssignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def startup(make_organisation: Any) -> Any:
    return make_organisation("startup", "돌다리")


@pytest.fixture
def ceo(make_person: Any, startup: Any, grant: Any) -> Any:
    return grant(make_person("대표"), startup, "ceo")


@pytest.fixture
def invited(ceo: Any, startup: Any) -> Invitation:
    return actions.invite(actor=ceo, email="New@Example.kr ", organisation=startup, role="staff")


def secret(invitation: Invitation) -> str:
    return links.invitation_secret(invitation.id)


def test_the_mail_carries_a_link_that_works(settings: Any, invited: Invitation, client: Client) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.send_invitation(str(invited.id))
    (sent,) = mail.outbox
    assert sent.to == ["new@example.kr"]
    assert "돌다리" in sent.subject and "대표" in sent.body
    path = re.search(r"https?://[^/]+(/\S+)", sent.body).group(1)  # type: ignore[union-attr]
    page = client.get(path)
    assert page.status_code == 200
    assert "new@example.kr" in page.content.decode()


def test_the_task_is_queued_with_ids_only(invited: Invitation) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    job = ProcrastinateJob.objects.get(task_name="people.send_invitation")
    assert job.args == {"invitation": str(invited.id)}
    assert secret(invited) not in str(invited.__dict__)


def test_the_invited_person_accepts_once(invited: Invitation, startup: Any, make_person: Any, actor_for: Any) -> None:
    person = make_person(email="new@example.kr")
    actions.accept_invitation(actor=actor_for(person), secret=secret(invited))
    assert actor_for(person).grant("staff", organisation=startup.id)
    with pytest.raises(WrongState) as refused:
        actions.accept_invitation(actor=actor_for(person), secret=secret(invited))
    assert refused.value.code == "invitation_used"


def test_another_person_does_not(invited: Invitation, make_person: Any, actor_for: Any) -> None:
    person = make_person()
    with pytest.raises(AccessDenied) as refused:
        actions.accept_invitation(actor=actor_for(person), secret=secret(invited))
    assert refused.value.code == "people_other_address"
    assert actor_for(person).grants == ()


def test_an_address_that_was_not_confirmed_does_not_count(
    invited: Invitation, make_person: Any, actor_for: Any
) -> None:
    from allauth.account.models import EmailAddress

    person = make_person(email="new@example.kr")
    EmailAddress.objects.filter(user=person).update(verified=False)
    with pytest.raises(AccessDenied):
        actions.accept_invitation(actor=actor_for(person), secret=secret(invited))


def test_an_expired_one_is_told(
    monkeypatch: pytest.MonkeyPatch, invited: Invitation, make_person: Any, actor_for: Any, client: Client
) -> None:
    person = make_person(email="new@example.kr")
    actor = actor_for(person)
    monkeypatch.setattr(clock, "real", lambda: invited.expires_at - timedelta(seconds=1))
    assert actions.why_not_open(invited) is None
    monkeypatch.setattr(clock, "real", lambda: invited.expires_at)
    with pytest.raises(WrongState) as refused:
        actions.accept_invitation(actor=actor, secret=secret(invited))
    assert refused.value.code == "invitation_expired"
    page = client.get(reverse("people:invitation", args=[secret(invited)]))
    assert page.status_code == 409
    assert "14일" in page.content.decode()


def test_a_withdrawn_one_is_told(invited: Invitation, ceo: Any, make_person: Any, actor_for: Any) -> None:
    person = make_person(email="new@example.kr")
    with pytest.raises(AccessDenied):
        actions.withdraw_invitation(actor=actor_for(person), invitation=invited)
    actions.withdraw_invitation(actor=ceo, invitation=invited)
    actions.withdraw_invitation(actor=ceo, invitation=invited)
    with pytest.raises(WrongState) as refused:
        actions.accept_invitation(actor=actor_for(person), secret=secret(invited))
    assert refused.value.code == "invitation_withdrawn"


def test_an_invitation_does_not_outlive_the_power_behind_it(
    make_person: Any, make_organisation: Any, grant: Any, actor_for: Any
) -> None:
    operator, manager, guest = make_organisation("operator"), make_person(), make_person(email="new@example.kr")
    actor = grant(manager, operator, "manager")
    invitation = actions.invite(actor=actor, email=guest.email, organisation=operator, role="coordinator")
    assert actions.why_not_open(invitation) is None
    actions.end_role(actor=SYSTEM, assignment=RoleAssignment.objects.within(person=manager).get())
    with pytest.raises(WrongState):
        actions.accept_invitation(actor=actor_for(guest), secret=secret(invitation))
    assert actor_for(guest).grants == ()


def test_invitations_are_not_without_number(ceo: Any, startup: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "INVITATIONS_AN_HOUR", 2)
    for number in range(2):
        actions.invite(actor=ceo, email=f"n{number}@example.kr", organisation=startup, role="staff")
    with pytest.raises(TooMany):
        actions.invite(actor=ceo, email="n3@example.kr", organisation=startup, role="staff")


def test_a_new_invitation_replaces_the_one_before(invited: Invitation, ceo: Any, startup: Any) -> None:
    again = actions.invite(actor=ceo, email="new@example.kr", organisation=startup, role="staff")
    assert again != invited
    old = Invitation.objects.within(pk=invited.pk).get()
    assert old.withdrawn_at is not None


def test_who_may_invite(ceo: Any, startup: Any, make_organisation: Any, make_person: Any, actor_for: Any) -> None:
    with pytest.raises(AccessDenied):
        actions.invite(actor=ceo, email="a@example.kr", organisation=make_organisation("startup"), role="staff")
    with pytest.raises(AccessDenied):
        actions.invite(actor=actor_for(make_person()), email="a@example.kr", organisation=startup, role="staff")
    own = Person.objects.get(pk=ceo.person)
    with pytest.raises(AccessDenied):
        actions.invite(actor=ceo, email=own.email, organisation=startup, role="staff")
    assert actions.invite(actor=SYSTEM, email="b@example.kr", organisation=startup, role="ceo").invited_by is None


def test_an_unknown_link_does_not_exist(client: Client, db: None) -> None:
    with pytest.raises(Invisible):
        queries.invitation_by_secret("0" * 64)
    assert client.get(reverse("people:invitation", args=["0" * 64])).status_code == 404


# --- as pages ------------------------------------------------------------------------------------------------------


def test_a_newcomer_signs_up_from_the_link_and_accepts(invited: Invitation, startup: Any, client: Client) -> None:
    here = reverse("people:invitation", args=[secret(invited)])
    page = client.get(here).content.decode()
    assert reverse("account_signup") in page
    answers = {
        "name": "새 사람",
        "email": "new@example.kr",
        "password1": "stepping-stone-7",
        "password2": "stepping-stone-7",
        "next": here,
    }
    signed_up = client.post(reverse("account_signup"), answers)
    assert (signed_up.status_code, signed_up["Location"]) == (302, here)  # the mail proved the address
    accepted = client.post(here, follow=True)
    assert accepted.status_code == 200
    person = Person.objects.get(email="new@example.kr")
    assert queries.actor_of(person).grant("staff", organisation=startup.id)


def test_the_link_confirms_no_other_address(invited: Invitation, client: Client) -> None:
    """Whoever holds the link but signs up with another address confirms that address by mail, like everybody."""
    client.get(reverse("people:invitation", args=[secret(invited)]))
    answers = {
        "name": "딴 사람",
        "email": "other@example.kr",
        "password1": "stepping-stone-7",
        "password2": "stepping-stone-7",
    }
    response = client.post(reverse("account_signup"), answers)
    assert response["Location"] == reverse("account_email_verification_sent")
    person = Person.objects.get(email="other@example.kr")
    assert not queries.has_address(person.id, "other@example.kr")
    assert not queries.has_address(person.id, "new@example.kr")


def test_somebody_else_sees_why_not(invited: Invitation, make_person: Any, signed_in: Callable[..., Client]) -> None:
    here = reverse("people:invitation", args=[secret(invited)])
    other = signed_in(make_person())
    page = other.get(here)
    assert page.status_code == 200 and "다릅니다" in page.content.decode()
    assert other.post(here).status_code == 403


def test_inviting_and_withdrawing_as_pages(
    startup: Any, make_person: Any, grant: Any, signed_in: Callable[..., Client]
) -> None:
    person = make_person()
    grant(person, startup, "ceo")
    browser = signed_in(person)
    here = reverse("people:invite", args=[startup.id])
    assert browser.get(here).status_code == 200
    answers = {"email": "new@example.kr", "organisation": str(startup.id), "role": "staff", "idempotency_key": "k1"}
    assert browser.post(here, answers).status_code == 302
    assert browser.post(here, answers).status_code == 302
    (made,) = Invitation.objects.unscoped(why="test")
    assert "new@example.kr" in browser.get(reverse("people:organisation", args=[startup.id])).content.decode()
    assert browser.post(here, {**answers, "idempotency_key": "k2", "email": "no"}).status_code == 422
    assert browser.post(here, {**answers, "role": "manager"}).status_code == 422

    gone = reverse("people:withdraw-invitation", args=[made.id])
    assert signed_in(make_person()).post(gone).status_code == 404
    assert browser.get(gone).status_code == 200
    assert browser.post(gone).status_code == 302
    assert Invitation.objects.within(pk=made.pk).get().withdrawn_at is not None


def test_a_manager_invites_an_expert_for_a_challenge(
    make_person: Any, make_organisation: Any, grant: Any, challenges: Any, signed_in: Callable[..., Client]
) -> None:
    operator, body = make_organisation("operator"), make_organisation("expert_body", "연구원")
    person = make_person()
    grant(person, operator, "manager")
    mine, foreign = challenges(operator), challenges(make_organisation("operator"))
    browser, here = signed_in(person), reverse("people:invite", args=[operator.id])
    page = browser.get(here).content.decode()
    assert "연구원" in page and str(mine.id) in page and str(foreign.id) not in page
    answers = {"email": "e@example.kr", "organisation": str(body.id), "role": "expert"}
    wrong = browser.post(here, answers)
    assert wrong.status_code == 422 and "어느 챌린지" in wrong.content.decode()
    assert browser.post(here, {**answers, "challenge": str(foreign.id)}).status_code == 422
    other_field = {**answers, "challenge": str(mine.id), "field": f"{foreign.id}:robot"}
    assert browser.post(here, other_field).status_code == 422
    assert browser.post(here, {**answers, "challenge": str(mine.id), "field": f"{mine.id}:robot"}).status_code == 302
    (made,) = Invitation.objects.unscoped(why="test")
    assert (made.role, made.challenge, made.field) == ("expert", mine.id, "robot")
