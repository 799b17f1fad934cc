"""The API at /api/v1/, collected from the rooms.

Challenges, demands and results are public and take no token; everything else takes one, with the scope it names. It
reads; only webhooks are set up through it. What people answer for (applying, judging, signing, paying) they do on pages.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import AuthenticationError, HttpError

from didimdol.api.docs import Reference
from didimdol.api.me import router as me
from didimdol.api.webhooks import router as webhooks
from didimdol.applications.endpoints import router as applications
from didimdol.demands.endpoints import router as demands
from didimdol.kernel.api import make_api
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import text
from didimdol.outcomes.endpoints import router as outcomes
from didimdol.programmes.endpoints import router as challenges
from didimdol.projects.endpoints import router as projects
from didimdol.selection.endpoints import router as results
from didimdol.verification.endpoints import router as runs

api = make_api()
api.title = "Didimdol"
api.description = (
    "Challenges, demands and results are public. The rest takes a token: Authorization: Bearer TOKEN, made on the "
    "account's token page with the scopes it may use; it shows what its person sees on the pages. Lists answer "
    "{items, next}; next is given back as after. Too many requests are answered 429 with Retry-After. "
    "Every refusal is {code, message, remedy, detail} with its text in Korean and English."
)
api.docs = Reference()
for router in (challenges, demands, results, applications, runs, projects, outcomes, webhooks, me):
    api.add_router("", router)


@api.exception_handler(AuthenticationError)
def no_token(request: HttpRequest, raised: AuthenticationError) -> HttpResponse:
    body = {
        "code": "token_required",
        "message": text("유효한 토큰이 필요합니다.", "A valid token is needed."),
        "remedy": text(
            "내 정보의 토큰 화면에서 만들어 Authorization: Bearer 머리글로 보내십시오.",
            "Make one on the token page of your account and send it as Authorization: Bearer.",
        ),
        "detail": {},
    }
    response = api.create_response(request, body, status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, raised: HttpError) -> HttpResponse:
    """ninja's own: a body that is no JSON."""
    body = {
        "code": "unreadable_request",
        "message": text("요청의 본문을 읽을 수 없습니다.", "The body of the request cannot be read."),
        "remedy": text("JSON(UTF-8)으로 보내십시오.", "Send JSON (UTF-8)."),
        "detail": {},
    }
    return api.create_response(request, body, status=raised.status_code)


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    return JsonResponse(Invisible().as_json(), status=Invisible.status)
