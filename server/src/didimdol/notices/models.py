from __future__ import annotations

from django.db import models
from django.db.models import Q

from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import BilingualField, Row
from didimdol.people.models import Organisation, Person


class Todo(Row):
    """Something that waits: for whom (a person, or a role), since when, until when. Transitions open and close it."""

    subject_model = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    challenge = models.UUIDField(null=True)
    what = BilingualField()
    url = models.CharField(max_length=300)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="todos")
    role = models.CharField(max_length=30, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="todos")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    reach = "challenge"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="subject_model subject_id challenge what url role organisation since until closed_at",
        pseudonym="person",
    )

    class Meta:
        indexes = [
            models.Index(fields=["subject_id"], condition=Q(closed_at__isnull=True), name="todo_open_subject"),
            models.Index(fields=["until"], condition=Q(closed_at__isnull=True), name="todo_open_until"),
        ]


class Message(Row):
    """A message to a person: on their page, and as a mail in the outbox. ``mail_state``: queued, sent, failed."""

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="messages")
    address = models.EmailField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    url = models.CharField(max_length=300, blank=True)
    mail_state = models.CharField(max_length=10, default="queued")
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="mail_state attempts sent_at read_at error url",
        pseudonym="person",
        personal="address subject body",
    )
