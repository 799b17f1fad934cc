"""Links in mails. An invitation's secret is derived from its id and the installation's key: a task needs only the id,
and the database holds only a hash."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac


def invitation_secret(invitation: UUID) -> str:
    return salted_hmac("didimdol.people.invitation", str(invitation), algorithm="sha256").hexdigest()


def invitation_link(invitation: UUID) -> str:
    return absolute(reverse("people:invitation", args=[invitation_secret(invitation)]))


def absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"
