"""Mail of a development server: kept as rows and shown at /notices/mail/, sent nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.notices.models import Message

#: a mail that is a message's carries the message's id: its row is there already
MESSAGE_HEADER = "X-Didimdol-Message"


class OutboxBackend(BaseEmailBackend):
    """EMAIL_BACKEND of development. In production it refuses, so that no mail is lost without a sound."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if not settings.DEVELOPMENT:
            raise ImproperlyConfigured("set DIDIMDOL_EMAIL_BACKEND: the development inbox sends no mail")
        new = [
            Message(
                address=address,
                subject=mail.subject[:300],
                body=str(mail.body),
                mail_state="sent",
                attempts=1,
                sent_at=clock.real(),
            )
            for mail in email_messages
            if MESSAGE_HEADER not in mail.extra_headers
            for address in mail.recipients()
        ]
        if new:
            with writing("notices.keep_mail", SYSTEM):
                Message.objects.bulk_create(new)
        return len(email_messages)
