"""Sign-in by e-mail and password, with a second factor: allauth, in this house's ways."""

from __future__ import annotations

import base64
from datetime import timedelta
from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from qrcode.image.svg import SvgPathFillImage

from didimdol.kernel import clock
from didimdol.kernel.limits import limit
from didimdol.kernel.models import RateWindow
from didimdol.kernel.pages import client_address
from didimdol.kernel.problems import TooMany
from didimdol.kernel.words import language
from didimdol.people import accounts, actions, queries
from didimdol.people.letters import allauth_letter, send
from didimdol.people.models import Person

#: failed sign-ins for one address, and from one place, before a pause. In the database: every process sees them.
FAILURES_PER_ADDRESS = 10
FAILURES_PER_PLACE = 50
PAUSE = timedelta(minutes=10)
#: the language that the last profile gave this browser: where the language cookie differs, somebody has chosen it
LANGUAGE_OF_PROFILE = "didimdol_profile_language"


class AccountAdapter(DefaultAccountAdapter):
    """Persons are made and changed by actions; mails are ours; failures are counted and logged."""

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        answers = form.cleaned_data
        if request.session.get("account_verified_email") not in (None, answers["email"]):
            # An invitation proved another address than the one that signs up now.
            request.session["account_verified_email"] = None
        return actions.register_person(
            actor=accounts.visitor(request),
            email=answers["email"],
            name=answers["name"],
            password=answers["password1"],
            language=language(),
        )

    def set_password(self, user: Any, password: str) -> None:
        actions.set_password(actor=accounts.acting(self.request, user), person=user, password=password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        person = context.get("user")
        lang = person.language if isinstance(person, Person) else language()
        send(allauth_letter(template_prefix, context, lang), email)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        for key, most in _keys(request, credentials):
            _refuse_beyond(key, most)
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        accounts.sign_in_failed(request)
        for key, most in _keys(request, credentials):
            limit(key, most=most, per=PAUSE)

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **more)
        chosen, given = (request.COOKIES.get(name) for name in (settings.LANGUAGE_COOKIE_NAME, LANGUAGE_OF_PROFILE))
        if chosen in dict(settings.LANGUAGES) and chosen != given:
            return response  # what was chosen in this browser stands
        remember_language(response, user.language)
        remember_language(response, user.language, LANGUAGE_OF_PROFILE)
        return response


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes are stored encrypted."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code on white, so that it can be read in the dark theme too."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    key = salted_hmac("didimdol.people.second_factor", settings.SECRET_KEY, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def remember_language(response: HttpResponse, lang: str, name: str = settings.LANGUAGE_COOKIE_NAME) -> None:
    response.set_cookie(name, lang, max_age=31_536_000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def _keys(request: HttpRequest, credentials: dict[str, Any]) -> list[tuple[str, int]]:
    address = queries.hash_of(str(credentials.get("email", "")).strip().lower())
    return [
        (f"sign_in:{address}", FAILURES_PER_ADDRESS),
        (f"sign_in_from:{client_address(request)}", FAILURES_PER_PLACE),
    ]


def _refuse_beyond(key: str, most: int) -> None:
    now = clock.real()
    window = RateWindow.objects.filter(key=key, count__gte=most, window_start__gt=now - PAUSE).first()
    if window is not None:
        raise TooMany(max(1, int((window.window_start + PAUSE - now).total_seconds())))
    return
