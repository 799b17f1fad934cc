"""The base of the API at /api/v1/: bearer tokens, limits, problems as JSON, keyset pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Path, Query, Schema
from ninja.errors import ValidationError
from ninja.security import HttpBearer

from didimdol.kernel.access import Denied, reasons, require
from didimdol.kernel.actor import PUBLIC, Actor
from didimdol.kernel.limits import limit
from didimdol.kernel.pages import access_logged, client_address
from didimdol.kernel.ports import Port
from didimdol.kernel.problems import AccessDenied, Invisible, Problem, TooMany
from didimdol.kernel.rows import M, ScopedQuerySet
from didimdol.kernel.words import text

#: filled by people: the actor of a token in clear, or None
actor_of_token: Port[Callable[[str], Actor | None]] = Port("kernel.actor_of_token")

#: requests a minute: without a token from one address; with one by one person; with a wrong one from one address
PUBLIC_A_MINUTE, TOKEN_A_MINUTE, WRONG_A_MINUTE = 120, 600, 60
MINUTE = timedelta(minutes=1)

#: the name of a challenge in an address
Slug = Annotated[str, Path(max_length=60, pattern="^[-a-zA-Z0-9_]+$")]
#: rows on a page of a list
Limit = Annotated[int, Query(ge=1, le=100)]
#: what a list is narrowed by
Word = Annotated[str, Query(max_length=100)]
#: the ``next`` of the page before
After = Annotated[str, Query(max_length=1000)]


class Token(HttpBearer):
    """``Authorization: Bearer …``; the token is stored as a hash, carries scopes and ends."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_token.ask(token)
        if actor is None:
            limit(f"api-wrong:{client_address(request)}", most=WRONG_A_MINUTE, per=MINUTE)
            return None
        limit(f"api-person:{actor.person}", most=TOKEN_A_MINUTE, per=MINUTE)
        return actor.from_address(client_address(request), getattr(request, "request_id", ""))


def everybody(request: HttpRequest) -> Actor:
    """The ``auth`` of what is public: no token is asked for, and one that is sent opens nothing more."""
    limit(f"api:{client_address(request)}", most=PUBLIC_A_MINUTE, per=MINUTE)
    return PUBLIC


class ProblemOut(Schema):
    code: str
    message: dict[str, str]
    remedy: dict[str, str]
    detail: dict[str, Any]


#: what every operation may answer besides its own: to be joined with ``{200: …} | PUBLIC_PROBLEMS``
PUBLIC_PROBLEMS: dict[int, type[Schema]] = {400: ProblemOut, 422: ProblemOut, 429: ProblemOut}
TOKEN_PROBLEMS: dict[int, type[Schema]] = {401: ProblemOut, 403: ProblemOut, **PUBLIC_PROBLEMS}
NOT_FOUND: dict[int, type[Schema]] = {404: ProblemOut}
CONFLICT: dict[int, type[Schema]] = {409: ProblemOut}


def scope(request: HttpRequest, name: str) -> Actor:
    """The actor of the request, if its token carries the scope ``name``. Raises AccessDenied."""
    actor = cast(Actor, getattr(request, "auth"))  # noqa: B009  (set by ninja)
    if actor.scopes is not None and name not in actor.scopes:
        require(Denied("token_scope", scope=name))
    return actor


def narrowed(rows: ScopedQuerySet[M], **words: str) -> ScopedQuerySet[M]:
    """The rows that the words given allow, by field path; an empty word was not given."""
    return rows.filter(**{path: word for path, word in words.items() if word})


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
        response = api.create_response(request, raised.as_json(), status=raised.status)
        if isinstance(raised, TooMany):
            response["Retry-After"] = str(raised.retry_after)
        return response

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
