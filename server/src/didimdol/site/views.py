"""The public front page, the home of each role, and what the machines ask."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.words import language
from didimdol.notices import queries as notices
from didimdol.site import queries


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "site/front.html", queries.front())


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, since when, until when; what waits for others; and where I go on."""
    actor = cast(ActedRequest, request).actor
    todos = list(notices.todos_for(actor))
    context = {
        "waits": notices.waits(todos, language(), own=True),
        "today": queries.due_today(todos),
        "late": queries.over_due(todos),
        **queries.home(actor, {todo.pk for todo in todos}),
    }
    return render(request, "site/home.html", context)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The process and its database answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts for the operator's monitoring; from this machine only (a proxy must not pass it on)."""
    if request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1"):
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
