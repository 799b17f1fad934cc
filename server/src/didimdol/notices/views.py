"""Pages: my messages, and the mail of a development server."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from didimdol.kernel.access import require, signed_in
from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.paging import page
from didimdol.kernel.problems import Absent
from didimdol.kernel.words import pick, text
from didimdol.notices import actions, queries

PAGE = 30


@require_GET
def message_list(request: HttpRequest) -> HttpResponse:
    actor = cast(ActedRequest, request).actor
    require(signed_in(actor))
    found = page(queries.messages_of(actor), cursor=request.GET.get("after", ""), size=PAGE)
    context = {"page": found, "unread": queries.unread_count(actor)}
    return render(request, "notices/list.html", context)


@require_POST
def read(request: HttpRequest, id: UUID) -> HttpResponse:
    """Open what a message is about; it counts as read from then on."""
    actor = cast(ActedRequest, request).actor
    require(signed_in(actor))
    message = actions.read_message(actor=actor, message=queries.access_message(actor, id))
    # only addresses of this site: a message's url is written by an action of a room
    return redirect(message.url if message.url.startswith("/") and not message.url.startswith("//") else "notices:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = actions.read_all_messages(actor=cast(ActedRequest, request).actor)
    messages.success(
        request, pick(text(f"알림 {count}개를 읽음으로 표시했습니다.", f"{count} messages marked as read."))
    )
    return redirect("notices:list")


@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    """Every mail that went out, newest first. On a development server only: it holds links of other people."""
    if not settings.DEVELOPMENT:
        raise Absent("development_mail")
    wanted = request.GET.get("to", "").strip().lower()
    rows = queries.all_mail()
    if wanted:
        rows = rows.filter(address__icontains=wanted)
    found = page(rows, cursor=request.GET.get("after", ""), size=PAGE)
    return render(request, "notices/mail.html", {"page": found, "wanted": wanted})
