"""The base of the API at /api/v1/: bearer tokens, problems as JSON, keyset pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError
from ninja.security import HttpBearer

from didimdol.kernel.access import Denied, reasons, require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import access_logged, client_address
from didimdol.kernel.ports import Port
from didimdol.kernel.problems import AccessDenied, Invisible, Problem
from didimdol.kernel.words import text

#: filled by people: the actor of a token in clear, or None
actor_of_token: Port[Callable[[str], Actor | None]] = Port("kernel.actor_of_token")


class Token(HttpBearer):
    """``Authorization: Bearer …``; the token is stored as a hash, carries scopes and ends."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_token.ask(token)
        return actor.from_address(client_address(request), getattr(request, "request_id", "")) if actor else None


class ProblemOut(Schema):
    code: str
    message: dict[str, str]
    remedy: dict[str, str]
    detail: dict[str, Any]


def scope(request: HttpRequest, name: str) -> Actor:
    """The actor of the request, if its token carries the scope ``name``. Raises AccessDenied."""
    actor = cast(Actor, getattr(request, "auth"))  # noqa: B009  (set by ninja)
    if actor.scopes is not None and name not in actor.scopes:
        require(Denied("token_scope", scope=name))
    return actor


def make_api() -> NinjaAPI:
    api = NinjaAPI(title="Didimdol", version="1", auth=Token(), urls_namespace="api")

    @api.exception_handler(Problem)
    def problem(request: HttpRequest, raised: Problem) -> HttpResponse:
        if isinstance(raised, AccessDenied | Invisible):
            access_logged.ask(
                actor=getattr(request, "auth", None) or getattr(request, "actor"),  # noqa: B009
                what=request.path,
                identity=None,
                outcome="denied" if isinstance(raised, AccessDenied) else "not_visible",
                reason=raised.code,
            )
        return api.create_response(request, raised.as_json(), status=raised.status)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, raised: ValidationError) -> HttpResponse:
        body = {
            "code": "invalid_request",
            "message": text("요청의 형식이 올바르지 않습니다.", "The request is not well formed."),
            "remedy": text("detail.errors의 위치를 고쳐 주십시오.", "Mend what detail.errors names."),
            "detail": {"errors": [{"where": ".".join(map(str, e["loc"])), "what": e["msg"]} for e in raised.errors]},
        }
        return api.create_response(request, body, status=422)

    return api


reasons(
    {
        "token_scope": text(
            "이 토큰에는 ‘{scope}’ 권한 범위가 없습니다.", "This token does not carry the scope “{scope}”."
        )
    }
)
