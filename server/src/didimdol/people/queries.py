"""Reads: who acts, what they hold, whom they may see."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from typing import cast
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from didimdol.kernel import clock
from didimdol.kernel.actor import PUBLIC, Actor, Grant
from didimdol.kernel.problems import Absent, Invisible
from didimdol.people import rules
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import ApiToken, Invitation, Organisation, Person, RoleAssignment, StaffSession
from didimdol.people.ports import ChallengeFacts, challenge_facts


def in_force() -> Q:
    """Assignments that hold now.

    An assignment begins when it is made, so only its end is compared with the challenge's clock: a demo or a test that
    moves the clock back does not take roles away.
    """
    return Q(valid_until__isnull=True) | Q(valid_until__gt=clock.now())


# --- actors --------------------------------------------------------------------------------------------------------


def actor_of(person: Person) -> Actor:
    """``person`` with the roles in force now. Platform staff hold theirs only while a staff session is open."""
    held = RoleAssignment.objects.within(person=person).filter(in_force()).order_by("created_at", "id")
    assignments = list(held)
    session = None
    if any(a.role == Role.PLATFORM for a in assignments):
        session = open_staff_session(person.id)
    return Actor(
        kind="person",
        person=person.id,
        name=person.name,
        grants=tuple(_grant(a) for a in assignments if a.role != Role.PLATFORM or session is not None),
        staff_reason=session.reason if session else "",
    )


def _grant(assignment: RoleAssignment) -> Grant:
    return Grant(
        id=assignment.id,
        role=assignment.role,
        organisation=assignment.organisation_id,
        challenge=assignment.challenge,
        field=assignment.field or None,
    )


def actor_of_request(request: HttpRequest) -> Actor:
    """The port ``kernel.actor_of_request``: asked once a request."""
    known: Actor | None = getattr(request, "_didimdol_actor", None)
    if known is None:
        user = getattr(request, "user", AnonymousUser())
        known = actor_of(cast(Person, user)) if user.is_authenticated else PUBLIC
        request._didimdol_actor = known  # type: ignore[attr-defined]
    return known


def actor_of_token(token: str) -> Actor | None:
    """The port ``kernel.actor_of_token``: None for a token that is unknown, ended, revoked or of a closed account."""
    found = (
        ApiToken.objects.within(secret_hash=hash_of(token), revoked_at=None, expires_at__gt=clock.real())
        .filter(person__is_active=True)
        .select_related("person")
        .first()
    )
    return replace(actor_of(found.person), scopes=frozenset(found.scopes)) if found else None


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def person_of(actor: Actor) -> Person:
    """The person behind ``actor``. Raises Invisible for a visitor, a device or the system."""
    if actor.person is None:
        raise Invisible("person")
    return cast(Person, Person.objects.get(pk=actor.person))


def open_staff_session(person: UUID) -> StaffSession | None:
    return (
        StaffSession.objects.within(person=person, closed_at=None, ends_at__gt=clock.real())
        .order_by("-ends_at")
        .first()
    )


def holds_platform(person: UUID | None) -> bool:
    """Whether the person is platform staff, with or without an open staff session."""
    if person is None:
        return False
    return RoleAssignment.objects.within(person=person, role=Role.PLATFORM.value).filter(in_force()).exists()


def has_second_factor(person: UUID | None) -> bool:
    return person is not None and Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def has_address(person: UUID, email: str) -> bool:
    """Whether ``email`` is a confirmed address of the person."""
    return bool(EmailAddress.objects.filter(user=person, email=email, verified=True).exists())


def has_account(email: str) -> bool:
    return Person.objects.filter(email=email).exists()


# --- persons and organisations -------------------------------------------------------------------------------------


def persons_with(
    *roles: str, organisation: UUID | None = None, challenge: UUID | None = None, field: str | None = None
) -> list[Person]:
    """The persons who hold one of ``roles`` now, where it covers all that is named (see ``Actor.grant``).

    With a challenge and no organisation, a role held in all challenges counts for its operator's people only.
    """
    wanted = Q(role__in=[str(getattr(role, "value", role)) for role in roles])
    if organisation is not None:
        wanted &= Q(organisation=organisation)
    if challenge is not None:
        whole = Q(challenge__isnull=True)
        if organisation is None:
            whole &= Q(organisation=rules.operator_of(challenge))
        wanted &= Q(challenge=challenge) | whole
    if field is not None:
        wanted &= Q(field="") | Q(field=field)
    held = RoleAssignment.objects.unscoped(why="who must hear of something, or act").filter(wanted & in_force())
    return list(Person.objects.filter(pk__in=held.values("person"), is_active=True).order_by("name", "id"))


def organisations_of(actor: Actor) -> list[Organisation]:
    """The organisations for which the actor acts now."""
    return list(Organisation.objects.visible(pk__in=actor.organisations()).order_by("created_at", "id"))


def access_organisation(actor: Actor, id: UUID) -> Organisation:
    """An organisation whose people and roles the actor may see: their own. Raises Invisible."""
    found = Organisation.objects.visible(rules.organisations_seen(actor), pk=id).first()
    if found is None:
        raise Invisible("organisation", id)
    return found


def assignments_of(actor: Actor) -> QuerySet[RoleAssignment]:
    """The person's own roles in force, staff's too."""
    own = RoleAssignment.objects.visible(person=actor.person).filter(in_force())
    return own.select_related("organisation").order_by("created_at", "id")


def partners() -> list[Organisation]:
    """Organisations whose people an operator may invite: demand companies, sponsors, experts' institutions."""
    kinds = (OrganisationKind.DEMAND_COMPANY, OrganisationKind.TECHNOLOGY_SPONSOR, OrganisationKind.EXPERT_BODY)
    found = Organisation.objects.unscoped(why="the names of bodies are no secret to an operator")
    return list(found.filter(kind__in=[k.value for k in kinds]).order_by("name__ko", "id"))


def members_of(actor: Actor, organisation: Organisation) -> QuerySet[RoleAssignment]:
    """Assignments in force in ``organisation``, as far as the actor may know them."""
    return (
        RoleAssignment.objects.visible(rules.members_seen(actor), organisation=organisation)
        .filter(in_force())
        .exclude(role=Role.PLATFORM.value)
        .select_related("person", "organisation")
    )


def given_by_operator(actor: Actor, organisation: Organisation) -> QuerySet[RoleAssignment]:
    """Assignments in force in other organisations, for the challenges of ``organisation`` that the actor runs."""
    operated = [facts.id for facts in challenges_of([organisation.id])]
    challenges = [challenge for challenge in operated if rules.may_see_given(actor, organisation, challenge)]
    return (
        RoleAssignment.objects.within(challenge__in=challenges)
        .filter(in_force())
        .exclude(organisation=organisation)
        .select_related("person", "organisation")
    )


def access_assignment(actor: Actor, id: UUID) -> RoleAssignment:
    """Raises Invisible where the actor sees neither its organisation nor its challenge's operator."""
    found = (
        RoleAssignment.objects.visible(rules.assignments_seen(actor), pk=id)
        .filter(in_force())
        .select_related("person", "organisation")
        .first()
    )
    if found is None:
        raise Invisible("assignment", id)
    return found


# --- invitations ---------------------------------------------------------------------------------------------------


def invitation_by_secret(secret: str) -> Invitation:
    """The invitation of a link, in whatever state. Raises Absent for a secret that was never given out."""
    found = Invitation.objects.within(secret_hash=hash_of(secret)).select_related("organisation", "invited_by").first()
    if found is None:
        raise Absent("invitation")
    return found


def access_invitation(actor: Actor, id: UUID) -> Invitation:
    """An invitation that the actor may withdraw. Raises Invisible."""
    found = Invitation.objects.visible(rules.invitations_seen(actor), pk=id).select_related("organisation").first()
    if found is None:
        raise Invisible("invitation", id)
    return found


def open_invitations(actor: Actor, organisation: Organisation) -> QuerySet[Invitation]:
    """Invitations to ``organisation``, and by its people to others, that still wait."""
    return (
        Invitation.objects.visible(rules.invitations_seen(actor), accepted_at=None, withdrawn_at=None)
        .filter(Q(organisation=organisation) | Q(invited_by__assignments__organisation=organisation))
        .distinct()
        .select_related("organisation")
    )


def inviter_may_still(invitation: Invitation) -> bool:
    """Whether who invited may give the role today: an invitation does not outlive the power behind it."""
    inviter = invitation.invited_by
    if inviter is None or holds_platform(inviter.id):
        return True
    may = rules.may_assign(
        actor_of(inviter), invitation.organisation, invitation.role, invitation.challenge, invitation.field
    )
    return inviter.is_active and bool(may)


# --- tokens and staff sessions of oneself --------------------------------------------------------------------------


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    return ApiToken.objects.visible(person=actor.person).order_by("revoked_at", "-created_at")


def access_token(actor: Actor, id: UUID) -> ApiToken:
    found = ApiToken.objects.visible(person=actor.person, pk=id).first() if actor.person else None
    if found is None:
        raise Invisible("api_token", id)
    return found


def staff_sessions_of(actor: Actor) -> QuerySet[StaffSession]:
    return StaffSession.objects.visible(person=actor.person).order_by("-created_at")


# --- challenges, as far as programmes tells ------------------------------------------------------------------------


def challenges_of(operators: Collection[UUID]) -> list[ChallengeFacts]:
    """The challenges that these organisations run."""
    return _known([], operators) if operators else []


def challenges_named(ids: Collection[UUID]) -> dict[UUID, ChallengeFacts]:
    return {facts.id: facts for facts in _known(ids, [])} if ids else {}


def _known(ids: Collection[UUID], operators: Collection[UUID]) -> list[ChallengeFacts]:
    if not challenge_facts.filled:
        return []
    found = challenge_facts.ask(list(ids), list(operators))
    rules.remember_operators(found)
    return found
