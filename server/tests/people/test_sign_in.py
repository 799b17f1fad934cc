"""Signing up, in and out; the second factor; limits; what the log keeps of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from didimdol.people import ports, queries
from didimdol.people.models import Person
from didimdol.records.models import AccessEntry, AuditEvent

pytestmark = pytest.mark.django_db
PASSWORD = "stepping-stone-7"


@pytest.fixture(autouse=True)
def letters(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def sign_up(client: Client, **more: str) -> Any:
    answers = {"name": "김하늘", "email": "Sky@Example.kr", "password1": PASSWORD, "password2": PASSWORD}
    return client.post(reverse("account_signup"), {**answers, **more})


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def link_in(body: str) -> str:
    return re.search(r"https?://[^/]+(/\S+)", body).group(1)  # type: ignore[union-attr]


def test_a_new_person_signs_up_confirms_and_is_in(client: Client) -> None:
    response = sign_up(client)
    assert response["Location"] == reverse("account_email_verification_sent")
    person = Person.objects.get()
    assert (person.email, person.name, person.language) == ("sky@example.kr", "김하늘", "ko")
    assert AuditEvent.objects.within(type="people_person.registered").count() == 1
    assert sign_in(Client(), "sky@example.kr")["Location"] == reverse("account_email_verification_sent")

    here = link_in(mail.outbox[0].body)
    assert "주소를 확인" in mail.outbox[0].subject
    assert client.get(here).status_code == 200
    assert not queries.has_address(person.id, person.email)  # opening the page alone confirms nothing
    assert client.post(here)["Location"] == django_settings.LOGIN_REDIRECT_URL
    assert queries.has_address(person.id, person.email)
    assert client.get(reverse("people:profile")).status_code == 200
    assert AuditEvent.objects.within(type="people_account.email_confirmed").count() == 1


def test_a_visitor_who_reads_english_gets_english_mail(client: Client) -> None:
    client.cookies["django_language"] = "en"
    sign_up(client)
    assert Person.objects.get().language == "en"
    assert "Please confirm" in mail.outbox[0].subject


@pytest.mark.parametrize("confirmed", [True, False])
def test_signing_up_with_a_known_address_tells_nothing_to_the_page(
    confirmed: bool, client: Client, make_person: Any
) -> None:
    if confirmed:
        make_person(email="sky@example.kr")
    else:
        sign_up(Client())
    mail.outbox.clear()
    cache.clear()  # not stopped by the pause between two mails to one address
    response = sign_up(client, name="다른 사람")
    assert response["Location"] == reverse("account_email_verification_sent")
    assert Person.objects.count() == 1
    assert [m.to for m in mail.outbox] == [["sky@example.kr"]]
    assert "이미" in mail.outbox[0].subject


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"email": "x"}, {"password1": "short", "password2": "short"}, {"password2": "different-stone-7"}],
)
def test_a_wrong_sign_up_makes_nobody(client: Client, wrong: dict[str, str]) -> None:
    assert sign_up(client, **wrong).status_code == 200
    assert not Person.objects.exists()


def test_the_language_chosen_in_a_browser_outlives_the_sign_in(client: Client, make_person: Any) -> None:
    make_person(email="sky@example.kr", language="ko")
    login = reverse("account_login")
    client.post(reverse("set_language"), {"language": "en", "next": login})
    assert sign_in(client, "sky@example.kr").status_code == 302
    assert '<html lang="en"' in client.get(reverse("people:profile")).content.decode()
    client.post(reverse("account_logout"))
    assert '<html lang="en"' in client.get(login).content.decode()


def test_nobody_reads_in_the_language_of_who_signed_in_before(client: Client, make_person: Any) -> None:
    make_person(email="sky@example.kr", language="ko")
    make_person(email="sea@example.kr", language="en")
    for email, lang in (("sky@example.kr", "ko"), ("sea@example.kr", "en"), ("sky@example.kr", "ko")):
        assert sign_in(client, email).status_code == 302
        assert f'<html lang="{lang}"' in client.get(reverse("people:profile")).content.decode()
        client.post(reverse("account_logout"))


def test_signing_in_and_out_is_on_the_access_log(client: Client, make_person: Any) -> None:
    person = make_person(email="sky@example.kr", language="en")
    assert sign_in(client, "SKY@example.kr").status_code == 302
    assert client.cookies["django_language"].value == "en"
    client.post(reverse("account_logout"))
    sign_in(client, "sky@example.kr", "wrong-password")
    entries = AccessEntry.objects.unscoped(why="test").order_by("at_real")
    assert [(e.outcome, e.person) for e in entries] == [
        ("signed_in", person.id),
        ("signed_out", person.id),
        ("sign_in_failed", None),
    ]
    assert entries[0].ip == "127.0.0.1"


def test_where_to_go_on(client: Client, make_person: Any) -> None:
    make_person(email="sky@example.kr")
    assert sign_in(client, "sky@example.kr", next="/account/tokens/")["Location"] == "/account/tokens/"
    assert sign_in(Client(), "sky@example.kr", next="https://evil.example/")["Location"] == "/home/"


def test_a_mailed_link_asks_to_sign_in_and_leads_there(
    client: Client, make_person: Any, make_organisation: Any, grant: Any
) -> None:
    """With all of its address; and a link to nothing asks in the same way."""
    startup, person = make_organisation("startup"), make_person(email="sky@example.kr")
    grant(person, startup, "staff")
    for identity, status in ((startup.pk, 200), (uuid4(), 404)):
        link = f"{reverse('people:organisation', args=[identity])}?tab=people&q=%EA%B9%80+%26"
        asked = urlsplit(Client().get(link)["Location"])
        assert asked.path == reverse("account_login")
        [onwards] = parse_qs(asked.query)["next"]
        assert onwards == link
        browser = Client()
        assert Client().head(link).status_code == 302
        landed = sign_in(browser, "sky@example.kr", next=onwards)["Location"]
        assert landed == link and browser.get(landed).status_code == status


def test_a_part_of_a_page_asks_for_the_page_not_the_part(client: Client) -> None:
    """A page that looks again every two seconds, after its session ended."""
    page, part = "http://testserver/selection/how-sure/?a=1&b=2", f"/selection/{uuid4()}/how-sure/progress/"
    answer = client.get(part, headers={"hx-request": "true", "hx-current-url": page})
    assert answer.status_code == 200 and answer.content == b""
    assert answer["HX-Redirect"] == "/account/login/?next=/selection/how-sure/%3Fa%3D1%26b%3D2"


def test_guessing_is_stopped_for_the_address_even_with_the_right_password(
    client: Client, make_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from didimdol.people import sign_in as house

    make_person(email="sky@example.kr")
    make_person(email="sea@example.kr")
    monkeypatch.setattr(house, "FAILURES_PER_ADDRESS", 3)
    for _ in range(3):
        assert sign_in(client, "sky@example.kr", "guess-guess-1").status_code == 200
        cache.clear()  # the limit stands in the database, not in a cache
    refused = sign_in(client, "sky@example.kr")
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 500
    assert sign_in(client, "sea@example.kr").status_code == 302


def test_a_forgotten_password(client: Client, make_person: Any) -> None:
    person = make_person(email="sky@example.kr")
    client.post(reverse("account_reset_password"), {"email": "nobody@example.kr"})
    assert mail.outbox == []
    client.post(reverse("account_reset_password"), {"email": "sky@example.kr"})
    page = client.get(link_in(mail.outbox[0].body), follow=True)
    here = page.redirect_chain[-1][0]
    new = "another-stone-8"
    client.post(here, {"password1": new, "password2": new})
    person.refresh_from_db()
    assert person.check_password(new)
    assert AuditEvent.objects.within(type="people_person.password_set").count() == 1
    again = Client().get(link_in(mail.outbox[0].body), follow=True)
    assert "쓸 수 없는 주소" in again.content.decode()


def test_changing_the_password_and_the_address(make_person: Any, client: Client) -> None:
    person = make_person(email="sky@example.kr")
    sign_in(client, "sky@example.kr")
    new = "another-stone-8"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    person.refresh_from_db()
    assert person.check_password(new)
    assert "비밀번호" in mail.outbox[-1].subject

    assert client.get(reverse("account_email")).status_code == 200
    client.post(reverse("account_email"), {"email": "sea@example.kr", "action_add": ""})
    person.refresh_from_db()
    assert person.email == "sky@example.kr"  # until the new one is confirmed
    client.post(link_in(next(m for m in mail.outbox if m.to == ["sea@example.kr"]).body))
    person.refresh_from_db()
    assert person.email == "sea@example.kr"
    assert AuditEvent.objects.within(type="people_account.email_changed").count() == 1


def totp_code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_second_factor(make_person: Any, client: Client, django_capture_on_commit_callbacks: Any) -> None:
    person = make_person(email="sky@example.kr")
    sign_in(client, "sky@example.kr")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_index", "mfa_activate_totp"):
        assert client.get(reverse(name)).status_code == 200
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("mfa_activate_totp"), {"code": totp_code(secret)}).status_code == 302
    stored = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)  # encrypted
    assert AuditEvent.objects.within(type="people_account.second_factor_added").exists()
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        assert client.get(reverse(name)).status_code == 200
    download = client.get(reverse("mfa_download_recovery_codes"))
    codes = download.content.decode().split()
    assert len(codes) == 10

    fresh = Client()
    assert sign_in(fresh, "sky@example.kr")["Location"] == reverse("mfa_authenticate")
    assert fresh.get(reverse("mfa_authenticate")).status_code == 200
    assert fresh.get(reverse("people:profile")).status_code == 302  # not in yet
    assert fresh.post(reverse("mfa_authenticate"), {"code": "111111"}).status_code == 200
    assert fresh.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert fresh.get(reverse("people:profile")).status_code == 200

    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not queries.has_second_factor(person.id)


def test_an_account_that_was_closed_does_not_come_in(make_person: Any, client: Client) -> None:
    person = make_person(email="sky@example.kr")
    sign_in(client, "sky@example.kr")
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(reverse("people:profile")).status_code == 302
    assert sign_in(Client(), "sky@example.kr").status_code != 500


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_email_verification_sent",
        "account_inactive",
    ],
)
def test_every_page_of_a_visitor(name: str, lang: str, client: Client) -> None:
    client.cookies["django_language"] = lang
    page = client.get(reverse(name))
    assert page.status_code == 200
    body = page.content.decode()
    assert f'lang="{lang}"' in body
    assert "<style" not in body and "style=" not in body  # the policy of the site forbids it
    assert "placeholder=" not in body


def test_demo_accounts_are_shown_in_development_only(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports.demo_accounts, "_answer", lambda: [{"label": "사업 담당", "email": "manager@example.kr"}])
    page = client.get(reverse("account_login")).content.decode()
    assert "manager@example.kr" in page
    assert (
        'value="manager@example.kr"'
        in client.get(reverse("account_login") + "?login=manager@example.kr").content.decode()
    )
    settings.DEVELOPMENT = False
    assert "manager@example.kr" not in client.get(reverse("account_login")).content.decode()


def test_reauthentication(make_person: Any, signed_in: Callable[..., Client]) -> None:
    person = make_person()
    browser = signed_in(person)
    asked = browser.get(reverse("mfa_activate_totp"))
    assert asked.status_code == 302 and reverse("account_reauthenticate") in asked["Location"]
    assert browser.get(asked["Location"]).status_code == 200
    assert browser.post(asked["Location"], {"password": PASSWORD})["Location"].startswith(reverse("mfa_activate_totp"))
