"""Writes: persons, organisations, roles, invitations, staff sessions, tokens."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, require, signed_in
from didimdol.kernel.action import action, audit, check_version, defer, locked, save
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.limits import limit
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import LANGUAGES, Text, normal, text
from didimdol.people import business_number as numbers
from didimdol.people import rules
from didimdol.people.enums import KIND_LABELS, ROLE_KINDS, ROLE_LABELS, OrganisationKind, Role
from didimdol.people.links import invitation_secret
from didimdol.people.models import ApiToken, Invitation, Organisation, Person, RoleAssignment, StaffSession
from didimdol.people.queries import (
    has_address,
    hash_of,
    holds_platform,
    in_force,
    invitation_by_secret,
    inviter_may_still,
    person_of,
)
from didimdol.people.scopes import SCOPES

INVITATION_LASTS = timedelta(days=14)
STAFF_SESSION_HOURS = 8
INVITATIONS_AN_HOUR = 100
TOKEN_DAYS = 365
TOKENS_AT_ONCE = 20


# --- persons -------------------------------------------------------------------------------------------------------


@action
def register_person(*, actor: Actor, email: str, name: str, password: str | None, language: str = "ko") -> Person:
    """A new account. By the system (commands, demo) the address counts as confirmed; a visitor confirms it by mail.

    Raises BadInput (email, name, language), AccessDenied for somebody who is signed in.
    """
    require(Allowed if actor.kind in ("system", "public") else Denied("people_signed_in"))
    email, name = _email(email), _name(name)
    if language not in LANGUAGES:
        raise _bad("language", text("언어는 ko 또는 en입니다.", "The language is ko or en."))
    taken = text("이미 쓰고 있는 전자우편 주소입니다.", "This address is in use already.")
    if Person.objects.filter(email=email).exists():
        raise _bad("email", taken)
    try:
        with transaction.atomic():
            person: Person = Person.objects.create_user(email, password, name=name, language=language)
    except IntegrityError as error:  # somebody else took it in this moment
        raise _bad("email", taken) from error
    if actor.kind == "system":
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    audit("people_person.registered", person, personal={"email": email, "name": name})
    return person


@action
def update_profile(*, actor: Actor, name: str, language: str) -> Person:
    """Change one's own name and language."""
    require(signed_in(actor))
    person = _locked_person(person_of(actor))
    person.name = _name(name)
    if language not in LANGUAGES:
        raise _bad("language", text("언어는 ko 또는 en입니다.", "The language is ko or en."))
    person.language = language
    person.save(update_fields=["name", "language"])
    audit("people_person.updated", person, personal={"name": person.name})
    return person


@action
def set_password(*, actor: Actor, person: Person, password: str) -> Person:
    """Set one's own password; allauth has checked the old one, or the link that was mailed."""
    require(_themselves(actor, person))
    person.set_password(password)
    person.save(update_fields=["password"])
    audit("people_person.password_set", person)
    return person


@action
def note_account_change(*, actor: Actor, person: Person, what: str) -> None:
    """Put on the log that somebody changed how they sign in (address confirmed, second factor added, …)."""
    require(_themselves(actor, person))
    audit(f"people_account.{what}", person)


# --- organisations -------------------------------------------------------------------------------------------------


@action
def create_organisation(
    *,
    actor: Actor,
    kind: str,
    name: Text,
    business_number: str = "",
    founded_on: date | None = None,
    example: bool = False,
) -> Organisation:
    """A new body. ``example``: a demo row, visibly marked. Raises AccessDenied, BadInput."""
    kind = _kind(kind)
    by = require(rules.may_create_organisation(actor, kind))
    organisation = _new_organisation(kind, name, business_number, founded_on, example)
    audit("people_organisation.created", organisation, by=by, facts=_facts(organisation))
    return organisation


@action
def register_startup(*, actor: Actor, name: str | Text, business_number: str, founded_on: date | None) -> Organisation:
    """A signed-in person registers their startup and becomes its chief executive.

    The number's check digit is checked; whether it was issued only the tax office knows (not connected).
    Raises AccessDenied, BadInput (name, business_number, founded_on).
    """
    require(rules.may_register_startup(actor))
    person = _locked_person(person_of(actor))
    if not numbers.digits(business_number):
        raise _bad(
            "business_number", text("사업자등록번호를 적어 주십시오.", "Please give the business registration number.")
        )
    names: Text = text(name, name) if isinstance(name, str) else name
    startup = _new_organisation(OrganisationKind.STARTUP.value, names, business_number, founded_on, False)
    audit("people_organisation.registered", startup, facts=_facts(startup))
    _assign(person, startup, Role.CEO.value, None, "", None)
    return startup


@action
def update_organisation(
    *,
    actor: Actor,
    organisation: Organisation,
    name: Text | None = None,
    business_number: str | None = None,
    founded_on: date | None = None,
    version: int | None = None,
) -> Organisation:
    """Change what is given (None: as it is). A registration number, once there, only platform staff correct.

    Raises AccessDenied, BadInput, Stale.
    """
    organisation = locked(organisation)
    by = require(rules.may_update_organisation(actor, organisation))
    check_version(organisation, version)
    changed: list[str] = []
    if name is not None:
        organisation.name = _names(name)
        changed.append("name")
    if business_number is not None and numbers.digits(business_number) != organisation.business_number:
        if organisation.business_number and actor.kind != "system" and not actor.grant(Role.PLATFORM.value):
            raise _bad(
                "business_number",
                text(
                    "등록된 사업자등록번호는 플랫폼 운영자만 고칠 수 있습니다.",
                    "A registered number is corrected by platform staff only.",
                ),
            )
        organisation.business_number = _number(business_number)
        changed.append("business_number")
    if founded_on is not None:
        organisation.founded_on = _founded(founded_on)
        changed.append("founded_on")
    _store_organisation(organisation, *(changed or ["name"]))
    audit("people_organisation.updated", organisation, by=by, facts={**_facts(organisation), "changed": changed})
    return organisation


# --- roles ---------------------------------------------------------------------------------------------------------


@action
def assign_role(
    *,
    actor: Actor,
    person: Person,
    organisation: Organisation,
    role: str,
    challenge: UUID | None = None,
    field: str = "",
    valid_until: datetime | None = None,
) -> RoleAssignment:
    """``person`` acts for ``organisation`` in ``role`` from now on; for one challenge, or all of the organisation's.

    Given twice is given once. Raises AccessDenied, BadInput (role that does not fit the organisation, that excludes
    one the person holds, an end in the past).
    """
    role = _role(role, organisation)
    by = require(rules.may_assign(actor, organisation, role, challenge, field))
    if actor.kind != "system":
        require(Denied("people_own_role") if actor.person == person.id else Allowed)
    return _assign(_locked_person(person), organisation, role, challenge, field, valid_until, by=by)


@action
def end_role(*, actor: Actor, assignment: RoleAssignment) -> RoleAssignment:
    """The role ends now; the row stays. Ended twice is ended once. Raises AccessDenied."""
    assignment = locked(assignment)
    by = require(rules.may_end(actor, assignment))
    now = clock.now()
    if assignment.valid_until is None or assignment.valid_until > now:
        assignment.valid_until = max(now, assignment.valid_from)
        save(assignment, "valid_until")
        audit("people_role.ended", assignment, by=by, challenge=assignment.challenge, facts=_role_facts(assignment))
    else:
        audit("people_role.ended_again", assignment, by=by, challenge=assignment.challenge)
    return assignment


# --- invitations ---------------------------------------------------------------------------------------------------


@action
def invite(
    *, actor: Actor, email: str, organisation: Organisation, role: str, challenge: UUID | None = None, field: str = ""
) -> Invitation:
    """Offer a role by mail: a link that works once, for 14 days, for the person with that address.

    An earlier open invitation to the same is withdrawn. Raises AccessDenied, BadInput.
    """
    role = _role(role, organisation)
    by = require(rules.may_assign(actor, organisation, role, challenge, field))
    email = _email(email)
    if actor.person is not None:
        limit(f"invite:{actor.person}", most=INVITATIONS_AN_HOUR, per=timedelta(hours=1))
    if actor.person is not None and Person.objects.filter(pk=actor.person, email=email).exists():
        require(Denied("people_own_role"))
    earlier = Invitation.objects.within(
        email=email,
        organisation=organisation,
        role=role,
        challenge=challenge,
        field=field,
        accepted_at=None,
        withdrawn_at=None,
    )
    for old in earlier.select_for_update(of=("self",)).order_by("pk"):
        old.withdrawn_at = clock.real()
        save(old, "withdrawn_at")
    invitation = Invitation(
        email=email,
        organisation=organisation,
        role=role,
        challenge=challenge,
        field=field,
        expires_at=clock.real() + INVITATION_LASTS,
        invited_by_id=actor.person,
    )
    invitation.secret_hash = hash_of(invitation_secret(invitation.id))
    save(invitation)
    audit(
        "people_invitation.sent",
        invitation,
        by=by,
        challenge=challenge,
        facts={"organisation": str(organisation.id), "role": role, "field": field},
        personal={"email": email},
    )
    defer("people.send_invitation", invitation=str(invitation.id))
    return invitation


@action
def accept_invitation(*, actor: Actor, secret: str) -> RoleAssignment:
    """The invited person takes the role. Raises Invisible (unknown link), AccessDenied (another person), WrongState
    (expired, used, withdrawn)."""
    require(signed_in(actor))
    invitation = locked(invitation_by_secret(secret))
    person = _locked_person(person_of(actor))
    require(Allowed if has_address(person.id, invitation.email) else Denied("people_other_address"))
    if refused := why_not_open(invitation):
        raise refused
    invitation.accepted_at = clock.real()
    save(invitation, "accepted_at")
    audit("people_invitation.accepted", invitation, challenge=invitation.challenge)
    organisation = Organisation.objects.within(pk=invitation.organisation_id).get()
    return _assign(person, organisation, invitation.role, invitation.challenge, invitation.field, None)


@action
def withdraw_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """The link stops working. Raises AccessDenied, WrongState for one that was accepted."""
    invitation = locked(invitation)
    by = require(rules.may_withdraw(actor, invitation))
    if invitation.accepted_at is not None:
        raise _used()
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = clock.real()
        save(invitation, "withdrawn_at")
    audit("people_invitation.withdrawn", invitation, by=by, challenge=invitation.challenge)
    return invitation


def why_not_open(invitation: Invitation) -> WrongState | None:
    """Why the invitation cannot be accepted any more; None while it can."""
    if invitation.accepted_at is not None:
        return _used()
    if invitation.withdrawn_at is not None:
        return _withdrawn()
    if not inviter_may_still(invitation):
        return _withdrawn()
    if invitation.expires_at <= clock.real():
        return WrongState(
            "invitation_expired",
            text("초대의 유효기간(14일)이 지났습니다.", "This invitation has expired (14 days)."),
            text("초대한 분께 새 초대를 요청해 주십시오.", "Ask the person who invited you for a new one."),
        )
    return None


def _withdrawn() -> WrongState:
    return WrongState(
        "invitation_withdrawn",
        text("취소된 초대입니다.", "This invitation was withdrawn."),
        text("초대한 조직에 문의해 주십시오.", "Please ask the organisation that invited you."),
    )


def _used() -> WrongState:
    return WrongState(
        "invitation_used",
        text("이미 수락한 초대입니다.", "This invitation was accepted already."),
        text("내 정보에서 역할을 확인해 주십시오.", "See your roles on your profile page."),
    )


# --- staff sessions ------------------------------------------------------------------------------------------------


@action
def open_staff_session(*, actor: Actor, reason: str, hours: int) -> StaffSession:
    """Platform staff get their role for some hours, with a reason on record. Raises AccessDenied, BadInput."""
    require(signed_in(actor))
    require(Allowed if actor.scopes is None else Denied("people_not_by_token"))
    require(Allowed if holds_platform(actor.person) else Denied("people_no_staff"))
    reason = normal(reason).strip()
    if not 10 <= len(reason) <= 300:
        raise _bad(
            "reason", text("사유를 10자 이상 300자 이하로 적어 주십시오.", "Give the reason in 10 to 300 characters.")
        )
    if not 1 <= hours <= STAFF_SESSION_HOURS:
        raise _bad("hours", text("1시간에서 8시간까지 열 수 있습니다.", "A session lasts one to eight hours."))
    person = _locked_person(person_of(actor))
    _close_sessions(person)
    session = StaffSession(person=person, reason=reason, ends_at=clock.real() + timedelta(hours=hours))
    save(session)
    audit("people_staff_session.opened", session, facts={"hours": hours}, personal={"reason": reason})
    return session


@action
def close_staff_session(*, actor: Actor) -> None:
    """Lay the power down before the session ends. Without an open one nothing changes."""
    require(signed_in(actor))
    person = _locked_person(person_of(actor))
    closed = _close_sessions(person)
    audit("people_staff_session.closed", person, facts={"closed": closed})


def _close_sessions(person: Person) -> int:
    open_ones = StaffSession.objects.within(person=person, closed_at=None, ends_at__gt=clock.real())
    rows = list(open_ones.select_for_update(of=("self",)).order_by("pk"))
    for session in rows:
        session.closed_at = clock.real()
        save(session, "closed_at")
    return len(rows)


# --- tokens --------------------------------------------------------------------------------------------------------


@action
def issue_token(*, actor: Actor, name: str, scopes: Collection[str], days: int) -> tuple[ApiToken, str]:
    """A token of the API and its secret, which is shown this once. Raises AccessDenied, BadInput."""
    require(signed_in(actor))
    require(Allowed if actor.scopes is None else Denied("people_not_by_token"))
    name = normal(name).strip()
    if not 1 <= len(name) <= 80:
        raise _bad("name", text("이름을 80자 이하로 적어 주십시오.", "Give a name of at most 80 characters."))
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise _bad(
            "scopes",
            text("권한 범위를 하나 이상 고르십시오: ", "Choose at least one scope: ")
            if not unknown
            else text(f"없는 권한 범위입니다: {', '.join(unknown)}", f"No such scope: {', '.join(unknown)}"),
        )
    if not 1 <= days <= TOKEN_DAYS:
        raise _bad(
            "days", text(f"1일에서 {TOKEN_DAYS}일까지 정할 수 있습니다.", f"A token lasts 1 to {TOKEN_DAYS} days.")
        )
    person = _locked_person(person_of(actor))
    now = clock.real()
    if ApiToken.objects.within(person=person, revoked_at=None, expires_at__gt=now).count() >= TOKENS_AT_ONCE:
        raise BadInput(
            "too_many_tokens",
            text(
                f"유효한 토큰은 {TOKENS_AT_ONCE}개까지입니다.", f"At most {TOKENS_AT_ONCE} tokens may be valid at once."
            ),
            text("쓰지 않는 토큰을 폐기해 주십시오.", "Revoke one that is not used."),
        )
    clear = f"didimdol_{secrets.token_urlsafe(32)}"
    token = ApiToken(
        person=person,
        name=name,
        secret_hash=hash_of(clear),
        scopes=sorted(set(scopes)),
        expires_at=now + timedelta(days=days),
    )
    save(token)
    audit("people_token.issued", token, facts={"scopes": token.scopes, "days": days}, personal={"name": name})
    return token, clear


@action
def revoke_token(*, actor: Actor, token: ApiToken) -> ApiToken:
    """The token stops working now. Raises AccessDenied for another person's."""
    token = locked(token)
    require(Allowed if actor.kind == "system" or token.person_id == actor.person else Denied("people_not_yourself"))
    if token.revoked_at is None:
        token.revoked_at = clock.real()
        save(token, "revoked_at")
    audit("people_token.revoked", token)
    return token


# --- inside --------------------------------------------------------------------------------------------------------


def _assign(
    person: Person,
    organisation: Organisation,
    role: str,
    challenge: UUID | None,
    field: str,
    valid_until: datetime | None,
    by: Grant | None = None,
) -> RoleAssignment:
    """Store the assignment. ``person`` is locked: two assignments at once cannot make an excluded pair."""
    now = clock.now()
    if valid_until is not None and valid_until <= now:
        raise _bad("valid_until", text("끝나는 시각은 지금보다 뒤여야 합니다.", "The end must lie in the future."))
    held = list(RoleAssignment.objects.within(person=person).filter(in_force()).select_related("organisation"))
    for same in held:
        if (same.role, same.organisation_id, same.challenge, same.field) == (role, organisation.id, challenge, field):
            audit("people_role.assigned_again", same, by=by, challenge=challenge)
            if same.valid_until != valid_until:
                same.valid_until = valid_until
                save(same, "valid_until")
            return same
    other = rules.clash(held, role, organisation.id, challenge)
    if other is not None:
        new, old = ROLE_LABELS[Role(role)], ROLE_LABELS[Role(other.role)]
        raise BadInput(
            "incompatible_roles",
            text(
                f"‘{old['ko']}’ 역할을 맡은 사람은 같은 챌린지에서 ‘{new['ko']}’ 역할을 함께 맡을 수 없습니다.",
                f"A person who is “{old['en']}” cannot also be “{new['en']}” in the same challenge.",
            ),
            text(
                "다른 사람을 정하거나 기존 역할을 먼저 끝내 주십시오.",
                "Choose another person, or end the other role first.",
            ),
            fields={},
        )
    assignment = RoleAssignment(
        person=person,
        organisation=organisation,
        role=role,
        challenge=challenge,
        field=field,
        valid_from=now,
        valid_until=valid_until,
    )
    save(assignment)
    audit("people_role.assigned", assignment, by=by, challenge=challenge, facts=_role_facts(assignment))
    return assignment


def _role_facts(assignment: RoleAssignment) -> dict[str, object]:
    return {
        "person": str(assignment.person_id),
        "organisation": str(assignment.organisation_id),
        "role": str(assignment.role),
        "field": assignment.field,
    }


def _facts(organisation: Organisation) -> dict[str, object]:
    return {
        "kind": str(organisation.kind),
        "name": dict(organisation.name),
        "business_number": organisation.business_number,
        "example": organisation.example,
    }


def _new_organisation(
    kind: str, name: Text, business_number: str, founded_on: date | None, example: bool
) -> Organisation:
    organisation = Organisation(
        kind=kind,
        name=_names(name),
        business_number=_number(business_number),
        founded_on=_founded(founded_on),
        example=example,
    )
    _store_organisation(organisation)
    return organisation


def _store_organisation(organisation: Organisation, *fields: str) -> None:
    taken = text("이미 등록된 사업자등록번호입니다.", "This number is registered already.")
    others = Organisation.objects.unscoped(why="a registration number belongs to one organisation")
    number = organisation.business_number
    if number and others.filter(business_number=number).exclude(pk=organisation.pk).exists():
        raise _bad("business_number", taken)
    try:
        with transaction.atomic():
            save(organisation, *fields)
    except IntegrityError as error:  # somebody else registered it in this moment
        raise _bad("business_number", taken) from error


def _themselves(actor: Actor, person: Person) -> Access:
    return Allowed if actor.kind == "system" or actor.person == person.id else Denied("people_not_yourself")


def _locked_person(person: Person) -> Person:
    return cast(Person, Person.objects.select_for_update().get(pk=person.pk))


def _kind(kind: str) -> str:
    if kind not in {k.value for k in OrganisationKind}:
        raise _bad("kind", text("없는 조직 종류입니다.", "There is no such kind of organisation."))
    return OrganisationKind(kind).value


def _role(role: str, organisation: Organisation) -> str:
    if role not in {r.value for r in Role}:
        raise _bad("role", text("없는 역할입니다.", "There is no such role."))
    if organisation.kind not in ROLE_KINDS[Role(role)]:
        label, kind = ROLE_LABELS[Role(role)], KIND_LABELS[OrganisationKind(organisation.kind)]
        raise _bad(
            "role",
            text(
                f"‘{label['ko']}’ 역할은 ‘{kind['ko']}’ 조직에 둘 수 없습니다.",
                f"“{label['en']}” is not a role in an organisation of the kind “{kind['en']}”.",
            ),
        )
    return Role(role).value


def _email(email: str) -> str:
    plain = normal(email).strip().lower()
    try:
        validate_email(plain)
    except ValidationError as error:
        raise _bad(
            "email", text("전자우편 주소의 형식이 올바르지 않습니다.", "This is no valid e-mail address.")
        ) from error
    return plain


def _name(name: str) -> str:
    plain = " ".join(normal(name).split())
    if not 1 <= len(plain) <= 80:
        raise _bad("name", text("이름을 80자 이하로 적어 주십시오.", "Give a name of at most 80 characters."))
    return plain


def _names(name: Text) -> Text:
    ko, en = (" ".join(normal(str(name.get(lang) or "")).split()) for lang in LANGUAGES)
    if not ko or max(len(ko), len(en)) > 200:
        raise _bad(
            "name", text("한국어 이름을 200자 이하로 적어 주십시오.", "Give the Korean name, at most 200 characters.")
        )
    return text(ko, en or ko)


def _number(number: str) -> str:
    plain = numbers.digits(normal(number))
    if not plain:
        return ""
    if wrong := numbers.problem(plain):
        raise _bad("business_number", wrong)
    return plain


def _founded(founded_on: date | None) -> date | None:
    if founded_on is not None and founded_on > max(clock.today().date(), clock.real().astimezone(clock.KST).date()):
        raise _bad("founded_on", text("설립일이 오늘보다 뒤입니다.", "The founding date lies in the future."))
    return founded_on


def _bad(field: str, message: Text) -> BadInput:
    return BadInput(f"bad_{field}", message, fields={field: message})


__all__ = [
    "accept_invitation",
    "assign_role",
    "close_staff_session",
    "create_organisation",
    "end_role",
    "invite",
    "issue_token",
    "note_account_change",
    "open_staff_session",
    "register_person",
    "register_startup",
    "revoke_token",
    "set_password",
    "update_organisation",
    "update_profile",
    "why_not_open",
    "withdraw_invitation",
]
