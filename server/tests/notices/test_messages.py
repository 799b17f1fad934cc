"""Messages: on the page and by mail, never lost, never another person's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from didimdol.kernel.action import notify
from didimdol.kernel.actor import PUBLIC, SYSTEM
from didimdol.kernel.problems import AccessDenied, Invisible
from didimdol.kernel.words import text
from didimdol.notices import actions, queries, tasks
from didimdol.notices.models import Message

pytestmark = pytest.mark.django_db

SUBJECT, BODY = text("접수되었습니다", "Received"), text("신청이 접수되었습니다.", "Your application was received.")


class BrokenBackend(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("mail server is away")


@pytest.fixture
def told(acting: Any) -> Callable[..., list[Message]]:
    """``told(person, …)``: an action notifies these."""

    def tell(*persons: Any, url: str = "/applications/") -> list[Message]:
        before = set(Message.objects.unscoped(why="test").values_list("pk", flat=True))
        with acting():
            notify([p.id for p in persons], subject=SUBJECT, body=BODY, url=url)
        return list(Message.objects.unscoped(why="test").exclude(pk__in=before))

    return tell


def test_each_reads_it_in_their_language(told: Any, make_person: Any) -> None:
    korean, english = make_person(), make_person(language="en")
    messages = {m.person_id: m for m in told(korean, english, korean)}
    assert len(messages) == 2
    assert messages[korean.id].subject == "접수되었습니다"
    assert messages[english.id].body == "Your application was received."
    jobs = ProcrastinateJob.objects.filter(task_name="notices.send_message")
    assert {j.args["message"] for j in jobs} == {str(m.id) for m in messages.values()}


def test_an_action_that_fails_tells_nobody(acting: Any, make_person: Any) -> None:
    person = make_person()
    jobs = ProcrastinateJob.objects.count()
    with pytest.raises(RuntimeError), acting():
        notify([person.id], subject=SUBJECT, body=BODY)
        raise RuntimeError
    assert not Message.objects.unscoped(why="test").exists()
    assert ProcrastinateJob.objects.count() == jobs


def test_the_mail_is_sent_once(told: Any, make_person: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    (message,) = told(make_person(email="sky@example.kr"))
    tasks.send_message(str(message.id))
    tasks.send_message(str(message.id))
    (sent,) = mail.outbox
    assert sent.to == ["sky@example.kr"]
    assert sent.subject == "[디딤돌] 접수되었습니다"
    assert f"{settings.SITE_URL}/applications/" in sent.body
    message.refresh_from_db()
    assert (message.mail_state, message.attempts, message.sent_at is not None) == ("sent", 1, True)


def test_a_mail_server_that_is_away_loses_nothing(told: Any, make_person: Any, settings: Any) -> None:
    (message,) = told(make_person())
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    with pytest.raises(ConnectionRefusedError):
        tasks.send_message(str(message.id))
    message.refresh_from_db()
    assert (message.mail_state, message.attempts) == ("failed", 1)
    assert "away" in message.error
    assert tasks.RETRY.get_retry_decision(exception=ConnectionRefusedError(), job=_job(attempts=1)) is not None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.send_message(str(message.id))
    message.refresh_from_db()
    assert (message.mail_state, message.attempts, message.error) == ("sent", 2, "")
    assert len(mail.outbox) == 1


def _job(attempts: int) -> Any:
    from procrastinate.jobs import Job

    return Job(
        id=1,
        queue="default",
        lock=None,
        queueing_lock=None,
        task_name="notices.send_message",
        attempts=attempts,
        priority=0,
    )


def test_the_development_backend_keeps_mail_as_rows(told: Any, make_person: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "didimdol.notices.inbox.OutboxBackend"
    person = make_person()
    (message,) = told(person)
    tasks.send_message(str(message.id))
    assert Message.objects.unscoped(why="test").count() == 1  # the message's own row, not a second one
    EmailMessage("초대", "http://127.0.0.1:8000/account/invitations/x/", to=["new@example.kr"]).send()
    kept = Message.objects.unscoped(why="test").get(address="new@example.kr")
    assert (kept.mail_state, kept.person) == ("sent", None)


def test_the_development_backend_refuses_in_production(settings: Any) -> None:
    settings.EMAIL_BACKEND = "didimdol.notices.inbox.OutboxBackend"
    settings.DEVELOPMENT = False
    with pytest.raises(ImproperlyConfigured, match="DIDIMDOL_EMAIL_BACKEND"):
        EmailMessage("x", "y", to=["new@example.kr"]).send()


def test_reading(told: Any, make_person: Any, actor_for: Any) -> None:
    person, other = make_person(), make_person()
    message, _ = told(person), told(other)
    actor = actor_for(person)
    assert queries.unread_count(actor) == 1
    with pytest.raises(Invisible):
        actions.read_message(actor=actor_for(other), message=message[0])
    first = actions.read_message(actor=actor, message=message[0]).read_at
    assert actions.read_message(actor=actor, message=message[0]).read_at == first
    assert queries.unread_count(actor) == 0
    assert queries.unread_count(actor_for(other)) == 1
    assert queries.unread_count(PUBLIC) == 0
    told(person)
    told(person)
    assert actions.read_all_messages(actor=actor) == 2
    assert queries.unread_count(actor_for(other)) == 1


def test_only_the_system_tells_what_became_of_a_mail(told: Any, make_person: Any, actor_for: Any) -> None:
    person = make_person()
    (message,) = told(person)
    with pytest.raises(AccessDenied):
        actions.record_mail(actor=actor_for(person), message=message.id)
    assert actions.record_mail(actor=SYSTEM, message=message.id).mail_state == "sent"


# --- as pages ------------------------------------------------------------------------------------------------------


def test_the_page_of_messages(told: Any, make_person: Any, signed_in: Callable[..., Client], client: Client) -> None:
    person, other = make_person(), make_person()
    (message,) = told(person, url="/account/profile/")
    assert client.get(reverse("notices:list")).status_code == 302
    browser = signed_in(person)
    assert "접수되었습니다" in browser.get(reverse("notices:list")).content.decode()
    assert "접수되었습니다" not in signed_in(other).get(reverse("notices:list")).content.decode()
    reads = reverse("notices:read", args=[message.id])
    assert signed_in(other).post(reads).status_code == 404
    assert browser.get(reads).status_code == 405
    assert browser.post(reads)["Location"] == "/account/profile/"
    assert "모두 읽음" not in browser.get(reverse("notices:list")).content.decode()


@pytest.mark.parametrize("url", ["", "//evil.example/", "https://evil.example/"])
def test_a_message_leads_nowhere_else(url: str, told: Any, make_person: Any, signed_in: Callable[..., Client]) -> None:
    person = make_person()
    (message,) = told(person, url=url)
    assert signed_in(person).post(reverse("notices:read", args=[message.id]))["Location"] == reverse("notices:list")


def test_marking_all_as_read(told: Any, make_person: Any, signed_in: Callable[..., Client]) -> None:
    person = make_person()
    told(person)
    browser = signed_in(person)
    page = browser.post(reverse("notices:read-all"), follow=True)
    assert "1개를 읽음" in page.content.decode()
    assert Client().post(reverse("notices:read-all")).status_code == 403


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same(
    rows: int, told: Any, make_person: Any, signed_in: Callable[..., Client], django_assert_num_queries: Any
) -> None:
    person = make_person()
    for _ in range(rows):
        told(person)
    browser = signed_in(person)
    # session, person, roles; messages, unread; unread messages of the frame
    with django_assert_num_queries(6):
        page = browser.get(reverse("notices:list")).content.decode()
    assert page.count("신청이 접수되었습니다.") == min(rows, 30)
    assert ("?after=" in page) == (rows > 30)


def test_the_next_page(told: Any, make_person: Any, signed_in: Callable[..., Client]) -> None:
    person = make_person()
    for _ in range(31):
        told(person)
    browser = signed_in(person)
    first = browser.get(reverse("notices:list"))
    second = browser.get(reverse("notices:list"), {"after": first.context["page"].next_cursor})
    ids = [m.id for m in (*first.context["page"].rows, *second.context["page"].rows)]
    assert len(ids) == len(set(ids)) == 31
    assert browser.get(reverse("notices:list"), {"after": "nonsense"}).status_code == 422


def test_the_development_inbox(told: Any, make_person: Any, client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "didimdol.notices.inbox.OutboxBackend"
    link = f"http://127.0.0.1:8000/account/invitations/{uuid.uuid4().hex}/"
    EmailMessage("초대", f"주소: {link}\n\n<script>alert(1)</script>", to=["new@example.kr"]).send()
    told(make_person(email="sky@example.kr"))
    page = client.get(reverse("notices:mail")).content.decode()
    assert f'href="{link}"' in page and "sky@example.kr" in page
    assert "<script>alert" not in page
    assert "sky@example.kr" not in client.get(reverse("notices:mail"), {"to": "new@"}).content.decode()
    settings.DEVELOPMENT = False
    assert client.get(reverse("notices:mail")).status_code == 404
