"""Mails of messages, in the background. A mail server that is away for a while loses nothing."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.words import pick, text
from didimdol.notices import actions
from didimdol.notices.inbox import MESSAGE_HEADER
from didimdol.notices.models import Message

#: after a failure: 3, 9, 27, … seconds, at most about a day
RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)
BRAND = text("디딤돌", "Didimdol")


@app.task(name="notices.send_message", retry=RETRY)
def send_message(message: str) -> None:
    """Send the mail of a message that was not sent yet."""
    row = Message.objects.unscoped(why="one message's mail").filter(pk=UUID(message)).select_related("person").first()
    if row is None or row.mail_state == "sent":
        return
    lang = row.person.language if row.person else "ko"
    link = f"{settings.SITE_URL.rstrip('/')}{row.url}" if row.url.startswith("/") else row.url
    signature = f"– {pick(BRAND, lang)}"
    mail = EmailMessage(
        subject=f"[{pick(BRAND, lang)}] {row.subject}",
        body="\n\n".join(part for part in (row.body, link, signature) if part) + "\n",
        to=[row.address],
        headers={MESSAGE_HEADER: str(row.id)},
    )
    try:
        mail.send()
    except Exception as error:
        # whatever the mail server says: written down, and tried again by the worker
        actions.record_mail(actor=SYSTEM, message=row.id, error=f"{type(error).__name__}: {error}")
        raise
    actions.record_mail(actor=SYSTEM, message=row.id)
