"""Pages stay thin: who asks, what they reach, one form, one action. Problems become answers in one place."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, ClassVar, cast
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import structlog
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django_htmx.http import HttpResponseClientRedirect

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.actor import PUBLIC, Actor
from didimdol.kernel.ports import Port
from didimdol.kernel.problems import Absent, AccessDenied, BadInput, Invisible, Problem
from didimdol.kernel.words import Text, language, pick, text

#: filled by people: the actor behind a request
actor_of_request: Port[Callable[[HttpRequest], Actor]] = Port("kernel.actor_of_request")
#: filled by records: a document or page was asked for and refused, or given
access_logged: Port[Callable[..., None]] = Port("kernel.access_logged")
#: filled by site: the frame of every page (nav, user_menu, user_label, … of design/base.html)
frame: Port[Callable[[HttpRequest], dict[str, Any]]] = Port("kernel.frame")


class ActedRequest(HttpRequest):
    """A request after ``ActorMiddleware``."""

    actor: Actor
    request_id: str


_NUL = Problem(
    "nul_character",
    text("주소에 쓸 수 없는 문자(NUL)가 있습니다.", "The address holds a character that is not allowed (NUL)."),
    text("그 문자를 빼고 다시 보내 주십시오.", "Send it again without that character."),
)


class ActorMiddleware:
    """``request.actor`` and a request id that every log line of the request carries."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        acted = cast(ActedRequest, request)
        acted.request_id = uuid.uuid4().hex
        # PostgreSQL's text holds no NUL; nobody types one, so it is refused once here instead of in every filter.
        if "\x00" in unquote(request.META.get("QUERY_STRING", "")) or "\x00" in request.path:
            return JsonResponse(_NUL.as_json(), status=_NUL.status)
        acted.actor = actor_of_request.ask(request).from_address(client_address(request), acted.request_id)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=acted.request_id, person=str(acted.actor.person or ""))
        response = self.get_response(request)
        response["X-Request-ID"] = acted.request_id
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponseBase | None:
        if isinstance(problem, Problem):
            return answer(cast(ActedRequest, request), problem)
        return None


def client_address(request: HttpRequest) -> str:
    """Who asks. Behind a proxy that is the last address it was forwarded for: the one that our own proxy saw; what
    stands before it anybody may have written."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        try:
            return str(ip_address(seen))
        except ValueError:
            pass
    return str(request.META.get("REMOTE_ADDR", ""))


def answer(request: ActedRequest, problem: Problem) -> HttpResponseBase:
    """The page that says what went wrong, why, and how to go on. A visitor who is not signed in may sign in first."""
    if isinstance(problem, AccessDenied | Invisible):
        access_logged.ask(
            actor=request.actor,
            what=problem.what if isinstance(problem, Invisible) and problem.what else request.path,
            identity=problem.identity if isinstance(problem, Invisible) else None,
            outcome="denied" if isinstance(problem, AccessDenied) else "not_visible",
            reason=problem.code,
        )
        if request.actor.kind == "public" and request.method in ("GET", "HEAD") and not isinstance(problem, Absent):
            return _sign_in_first(request)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(problem.as_json(), status=problem.status)
    response = render(request, "design/errors/problem.html", {"problem": problem}, status=problem.status)
    if problem.status == 429:
        response["Retry-After"] = str(problem.detail.get("retry_after", 60))
    return response


def _sign_in_first(request: ActedRequest) -> HttpResponseBase:
    """Sign in, then come back here. What does not exist is answered in the same way: it tells nothing (ADR 38)."""
    if request.headers.get("HX-Request"):  # a part of a page asks, after its session ended: back to that page
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        return HttpResponseClientRedirect(_login(urlunsplit(("", "", here.path or "/", here.query, ""))))
    return redirect(_login(request.get_full_path()))


def _login(here: str) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': here}, safe='/')}"


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: who asks, in which language, at what time, and the frame of the page."""
    return {
        "actor": getattr(request, "actor", PUBLIC),
        "lang": language(),
        "clock_now": clock.now(),
        "request_id": getattr(request, "request_id", ""),
        **frame.ask(request),
    }


def safe_next(request: HttpRequest, otherwise: str) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return otherwise


def put_problem_into_form(form: forms.BaseForm, problem: Problem) -> None:
    """Show a refusal where the person can mend it: at its fields, or above the form; each thing once."""
    fields = problem.fields if isinstance(problem, BadInput) else {}
    for name, message in fields.items():
        told = str(problem) if message == problem.message else pick(message)
        form.add_error(name if name in form.fields else None, told)
    if not fields or (problem.remedy["ko"] and problem.message not in fields.values()):
        form.add_error(None, str(problem))


class ActionView(View):
    """GET shows the form (a confirm page where it has no fields), POST runs the action and goes on.

    ``action``: the action. ``reach(actor, id)``: the access function that finds the row or raises Invisible.
    ``who(actor, row)``: the rule of the action, asked before the form is shown and before what was sent is read.
    ``may(actor, row)``: as the buttons ask, the state counting too: whoever may not do it now reads why before filling
    in a form. What is sent all the same the action judges, so that a move made twice is made once.
    ``row_name``: the action's keyword for it. ``form``: its cleaned data become keywords. ``done``: the message.
    """

    action: ClassVar[Any]
    reach: ClassVar[Any]  # (actor, id) → row
    who: ClassVar[Any] = None  # (actor, row) → Access
    may: ClassVar[Any] = None  # (actor, row) → Access
    row_name: ClassVar[str] = "row"
    form: ClassVar[type[forms.Form]] = forms.Form
    template: ClassVar[str] = "design/confirm.html"
    title: ClassVar[Text] = {"ko": "", "en": ""}
    consequence: ClassVar[Text] = {"ko": "", "en": ""}
    button: ClassVar[Text] = {"ko": "확인", "en": "Confirm"}
    done: ClassVar[Text] = {"ko": "처리했습니다.", "en": "Done."}
    danger: ClassVar[bool] = False

    request: ActedRequest

    def back(self, row: Any) -> str:
        """Where Cancel and success lead: the row's page."""
        return str(row.get_absolute_url())

    def after(self, row: Any, result: Any) -> str:
        return self.back(row)

    def make_form(self, row: Any, data: Any = None, files: Any = None) -> forms.Form:
        return type(self).form(data, files)

    def show(self, row: Any, form: forms.Form, status: int = 200) -> HttpResponseBase:
        kind = type(self)
        context = {
            "row": row,
            "form": form,
            "title": kind.title,
            "consequence": kind.consequence,
            "button": kind.button,
            "danger": kind.danger,
            "back": self.back(row),
            **self.extra(row),  # noqa: S610  (ours, not a queryset's)
        }
        return render(self.request, kind.template, context, status=status)

    def extra(self, row: Any) -> dict[str, Any]:
        return {}

    def reached(self, id: Any) -> Any:
        """The row, for somebody who may do this with it. Raises Invisible, AccessDenied."""
        kind = type(self)
        row = kind.reach(self.request.actor, id)
        if kind.who is not None:
            require(kind.who(self.request.actor, row))
        return row

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        kind = type(self)
        row = self.reached(kwargs["id"])
        if kind.may is not None:
            require(kind.may(self.request.actor, row))
        return self.show(row, self.make_form(row))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        kind = type(self)
        row = self.reached(kwargs["id"])
        form = self.make_form(row, request.POST, request.FILES)
        if not form.is_valid():
            return self.show(row, form, 422)
        try:
            result = kind.action(
                actor=self.request.actor,
                **{kind.row_name: row},
                **form.cleaned_data,
                **({"idempotency_key": key[:120]} if (key := request.POST.get("idempotency_key")) else {}),
            )
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(row, form, 422)
        messages.success(request, pick(kind.done))
        return HttpResponseRedirect(safe_next(request, self.after(row, result)))
