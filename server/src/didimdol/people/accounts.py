"""What allauth does to an account goes on the log: signing in on the access log, changes on the audit chain."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.http import HttpRequest

from didimdol.kernel.actor import PUBLIC, Actor
from didimdol.kernel.pages import access_logged, client_address
from didimdol.people import actions, queries
from didimdol.people.models import Person


def listen() -> None:
    account_signals.user_logged_in.connect(signed_in, dispatch_uid="people.signed_in")
    account_signals.user_logged_out.connect(signed_out, dispatch_uid="people.signed_out")
    for signal, what in (
        (account_signals.email_confirmed, "email_confirmed"),
        (account_signals.email_changed, "email_changed"),
        (account_signals.email_removed, "email_removed"),
        (mfa_signals.authenticator_added, "second_factor_added"),
        (mfa_signals.authenticator_removed, "second_factor_removed"),
        (mfa_signals.authenticator_reset, "recovery_codes_made"),
    ):
        signal.connect(_noting(what), weak=False, dispatch_uid=f"people.{what}")


def _noting(what: str) -> Any:
    def note(sender: Any, request: HttpRequest | None = None, **more: Any) -> None:
        if what == "email_changed" and more.get("from_email_address") is None:
            return  # the first address of a new account
        person = more.get("user") or more["email_address"].user
        actions.note_account_change(actor=acting(request, person), person=person, what=what)

    return note


def signed_in(sender: Any, request: HttpRequest, user: Person, **more: Any) -> None:
    access_logged.ask(actor=acting(request, user), what="sign_in", identity=user.id, outcome="signed_in")


def signed_out(sender: Any, request: HttpRequest, user: Person | None = None, **more: Any) -> None:
    if user is not None:
        access_logged.ask(actor=acting(request, user), what="sign_out", identity=user.id, outcome="signed_out")


def sign_in_failed(request: HttpRequest) -> None:
    """The address that was tried is not written down: it may be a password in the wrong field."""
    access_logged.ask(actor=visitor(request), what="sign_in", identity=None, outcome="sign_in_failed")


def acting(request: HttpRequest | None, person: Person) -> Actor:
    actor = queries.actor_of(person)
    return actor.from_address(client_address(request), getattr(request, "request_id", "")) if request else actor


def visitor(request: HttpRequest) -> Actor:
    return PUBLIC.from_address(client_address(request), getattr(request, "request_id", ""))
