from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models import F, Q

from didimdol.kernel import clock
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import BilingualField, Row
from didimdol.kernel.words import Text
from didimdol.people.business_number import formatted
from didimdol.people.enums import KIND_LABELS, ROLE_LABELS, OrganisationKind, Role
from didimdol.people.identity import PersonManager


class Person(AbstractBaseUser):
    """Somebody who can sign in. What they may do comes from role assignments only; there is no superuser."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=2, default="ko")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.real, editable=False)

    objects = PersonManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    privacy = Privacy(
        kept=Kept.ACCOUNT,
        none="language is_active last_login created_at",
        pseudonym="id",
        personal="email name",
        secret="password",
    )

    def __str__(self) -> str:
        return self.name


class Organisation(Row):
    """A body: operator, demand company, sponsor, startup. ``example``: a demo row of a real company, visibly marked."""

    kind = models.CharField(max_length=30, choices=[(k.value, k.value) for k in OrganisationKind])
    name = BilingualField()
    business_number = models.CharField(max_length=10, blank=True)
    founded_on = models.DateField(null=True)
    example = models.BooleanField(default=False)

    privacy = Privacy(kept=Kept.CHALLENGE, none="kind name business_number founded_on example")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business_number"], name="organisation_business_number_once", condition=~Q(business_number="")
            )
        ]

    def __str__(self) -> str:
        return str(self.name.get("ko", ""))

    @property
    def kind_label(self) -> Text:
        return KIND_LABELS[OrganisationKind(self.kind)]

    @property
    def business_number_text(self) -> str:
        return formatted(self.business_number)


class RoleAssignment(Row):
    """A person acts for an organisation in a role, in one challenge (or all of the organisation's), for a time.

    ``challenge`` is an opaque id: challenges live in an upper room. ``field``: a field's key within the challenge.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=30, choices=[(r.value, r.value) for r in Role])
    challenge = models.UUIDField(null=True)
    field = models.CharField(max_length=60, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    privacy = Privacy(
        kept=Kept.CHALLENGE, none="organisation role challenge field valid_from valid_until", pseudonym="person"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="assignment_period"
            ),
        ]
        indexes = [models.Index(fields=["person", "valid_until"])]


class Invitation(Row):
    """An offer of a role by mail. The link's secret is stored as a hash and works once."""

    email = models.EmailField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=30, choices=[(r.value, r.value) for r in Role])
    challenge = models.UUIDField(null=True)
    field = models.CharField(max_length=60, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")  # null: the system

    privacy = Privacy(
        kept=Kept.ACCOUNT,
        none="organisation role challenge field expires_at accepted_at withdrawn_at",
        pseudonym="invited_by",
        personal="email",
        secret="secret_hash",
    )

    @property
    def role_label(self) -> Text:
        return ROLE_LABELS[Role(self.role)]


class StaffSession(Row):
    """Platform staff have no power until they open one, with a reason on record; it ends by itself."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="staff_sessions")
    reason = models.CharField(max_length=300)
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    privacy = Privacy(kept=Kept.ACCESS_LOG, none="ends_at closed_at", pseudonym="person", personal="reason")


class ApiToken(Row):
    """A token of the API, stored as a hash, with scopes and an end."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    privacy = Privacy(
        kept=Kept.ACCOUNT, none="name scopes expires_at revoked_at", pseudonym="person", secret="secret_hash"
    )
