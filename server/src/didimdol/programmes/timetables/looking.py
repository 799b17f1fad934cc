"""A timetable that was made is a proposal: it is looked at, and what comes in force is what was looked at.

``proposal``: {"problem", "schedule", …} as didimdol_decide has them, or {} while there is none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import language, text
from didimdol_decide.canonical import digest as digest_of
from didimdol_decide.scheduling import ScheduleProblem

Proposal = Mapping[str, Any]


class LookedAtForm(forms.Form):
    """Which timetable was looked at."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    @classmethod
    def of(cls, proposal: Proposal, data: Any = None) -> LookedAtForm:
        return cls(data, initial={"digest": digest_of(proposal["schedule"]) if proposal else ""})


def is_of_now(proposal: Proposal, problem: ScheduleProblem) -> Access:
    """Is what is about to come in force made from what is known now, and finished?"""
    if problem.as_json() != proposal["problem"]:
        return Denied("timetable_changed")
    if any(row["must"] for row in proposal["schedule"]["unplaced"]):
        return Denied("timetable_not_finished")
    return Allowed


def same(proposal: Proposal, digest: str) -> None:
    """Raises WrongState where another was made since."""
    if proposal and digest != digest_of(proposal["schedule"]):
        raise WrongState("other_timetable", *_OTHER)


def progress(request: ActedRequest, *, ready: bool, of: object, url: str) -> HttpResponse:
    """The answer to a poll: still being made, 304 while nothing moved; once it is there the page loads anew. ``url``: of
    the page that shows it."""
    mark = hashlib.sha256(f"{of}{ready}{language()}".encode()).hexdigest()[:32]
    headers = {"ETag": f'"{mark}"', "Cache-Control": "private, no-cache"}
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    context = {"progress_url": request.path, "ready": ready, "timetable_url": url}
    response = render(request, "programmes/timetables/_progress.html", context)
    for name, value in headers.items():
        response[name] = value
    if ready and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


_OTHER = (
    text(
        "보고 있던 시간표 대신 새 시간표가 만들어졌습니다.", "Another timetable was made since you looked at this one."
    ),
    text("새 시간표를 확인한 뒤 공개해 주십시오.", "Please look at the new one and publish that."),
)
reasons(
    {
        "no_timetable_made": text("먼저 시간표를 만들어 주십시오.", "Make a timetable first."),
        "timetable_changed": text(
            "시간표를 만든 뒤에 참가자, 희망이나 참석할 수 없는 시간이 바뀌었거나 시간이 지났습니다. 다시 만들어 주십시오.",
            "Since the timetable was made, participants, wishes or absences have changed, or slots have passed. Please make it again.",
        ),
        "timetable_not_finished": text(
            "정해진 한도 안에 시간표를 다 만들지 못했습니다. 다시 만들어 주십시오.",
            "The timetable could not be finished within the limit. Please make it again.",
        ),
    }
)
