"""The API at /api/v1/, collected from the rooms.

Challenges, demands and results are public and take no token; everything else takes one, with the scope it names.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError

from didimdol.api.docs import Reference
from didimdol.api.me import router as me
from didimdol.demands.endpoints import router as demands
from didimdol.kernel.api import make_api
from didimdol.kernel.words import text
from didimdol.programmes.endpoints import router as challenges
from didimdol.selection.endpoints import router as results

api = make_api()
api.title = "Didimdol"
api.description = (
    "Challenges, demands and results are public. The rest takes a token: Authorization: Bearer TOKEN, made on the "
    "account's token page with the scopes it may use. Lists answer {items, next}; next is given back as after. "
    "Every refusal is {code, message, remedy, detail} with its text in Korean and English."
)
api.docs = Reference()
for router in (challenges, demands, results, me):
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
