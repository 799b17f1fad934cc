"""Writes: what became of a message."""

from __future__ import annotations

from uuid import UUID

from didimdol.kernel import clock
from didimdol.kernel.access import require, signed_in
from didimdol.kernel.action import action, audit, locked, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.notices.models import Message
from didimdol.notices.rules import may_tell_mail


@action
def read_message(*, actor: Actor, message: Message) -> Message:
    """The person has read it. Read twice is read once. Raises Invisible for another person's."""
    require(signed_in(actor))
    message = locked(message)
    if message.person_id != actor.person:
        raise Invisible("message", message.id)
    if message.read_at is None:
        message.read_at = clock.real()
        save(message, "read_at")
    audit("notices_message.read", message)
    return message


@action
def read_all_messages(*, actor: Actor) -> int:
    """Everything that came to the person so far is read. The number of messages that were not."""
    require(signed_in(actor))
    rows = Message.objects.within(person=actor.person, read_at=None)
    unread = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for message in unread:
        message.read_at = clock.real()
        save(message, "read_at")
    audit("notices_message.all_read", facts={"messages": len(unread)})
    return len(unread)


@action
def record_mail(*, actor: Actor, message: UUID, error: str = "") -> Message:
    """What became of a message's mail: sent, or failed with what the mail server said. By the system."""
    require(may_tell_mail(actor))
    row = Message.objects.within(pk=message).select_for_update(of=("self",)).get()
    row.attempts += 1
    row.error = error[:300]
    if error:
        row.mail_state = "failed"
        save(row, "attempts", "error", "mail_state")
    else:
        row.mail_state, row.sent_at = "sent", clock.real()
        save(row, "attempts", "error", "mail_state", "sent_at")
    audit("notices_mail.failed" if error else "notices_mail.sent", row, facts={"attempts": row.attempts})
    return row
