"""Pages of the memory: the log, the access log, one event, and what is published."""

from __future__ import annotations

from itertools import islice
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.parts import Badge, Column, Empty, Link, Tab, Table
from didimdol.design.templatetags.didimdol import sha
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.paging import page
from didimdol.kernel.words import language, pick, text
from didimdol.records import actions, filters, keys, labels, queries, rules, spreadsheet
from didimdol.records.exporting import ExportView
from didimdol.records.forms import ReasonForm
from didimdol.records.models import AccessEntry, AuditEvent, PersonalNote
from didimdol.records.opening import DENIED, OPENED

MOST_EXPORTED = 50_000
OUTCOME_KINDS = {OPENED: "", DENIED: "warn"}


def _tabs(current: str) -> list[Tab]:
    return [
        Tab(pick(text("감사 기록", "Audit log")), reverse("records:log"), current == "log"),
        Tab(pick(text("접속기록", "Access log")), reverse("records:access"), current == "access"),
    ]


@require_safe
def log(request: ActedRequest) -> HttpResponse:
    """The audit log of the challenges one operates. Reading it is itself written down."""
    actor, asked = request.actor, request.GET.dict()
    found = page(filters.events(actor, asked), order=("-at_real", "-sequence"), cursor=asked.get("after", ""), size=50)
    actions.opened(actor, "audit log", None, purpose=request.GET.urlencode())
    table = Table(
        columns=[
            Column("at", pick(text("때", "When"))),
            Column("event", pick(text("사건", "Event")), head=True),
            Column("who", pick(text("누가", "Who"))),
            Column("subject", pick(text("대상", "Subject"))),
            Column("chain", pick(text("챌린지", "Challenge"))),
            Column("sequence", pick(text("번호", "No.")), number=True),
        ],
        rows=[_event_row(actor, event, *context) for event, *context in _events_in_words(actor, found.rows)],
        caption=pick(text("감사 기록", "Audit log")),
        show_caption=False,
        filters=filters.event_filters(actor, asked),
        empty=Empty(pick(text("아직 기록이 없습니다.", "Nothing has been recorded yet."))),
        next=found.next_cursor or "",
    )
    return render(
        request, "records/log.html", {"tabs": _tabs("log"), "table": table, "export": _export_url(request, "log")}
    )


def _events_in_words(actor: Actor, rows: list[AuditEvent]) -> list[tuple[AuditEvent, str, str]]:
    chains, who = queries.chains_read_by(actor), queries.doers(rows)
    return [(event, str(who[event.id]), pick(chains.get(event.chain)) or event.chain[:8]) for event in rows]


def _event_row(actor: Actor, event: AuditEvent, who: str, chain: str) -> dict[str, Any]:
    subject = f"{labels.thing_label(event.subject_model)} {str(event.subject_id)[:8]}" if event.subject_id else None
    return {
        "at": event.at,
        "event": Link(labels.event_label(event.type), reverse("records:event", args=[event.id]), event.type),
        "who": who,
        "subject": Link(subject, f"?subject={event.subject_id}") if subject else None,
        "chain": chain,
        "sequence": event.sequence,
    }


@require_safe
def access(request: ActedRequest) -> HttpResponse:
    actor, asked = request.actor, request.GET.dict()
    found = page(filters.accesses(actor, asked), order=("-at_real",), cursor=asked.get("after", ""), size=50)
    who = queries.doers(found.rows)
    actions.opened(actor, "access log", None, purpose=request.GET.urlencode())
    table = Table(
        columns=[
            Column("at", pick(text("때", "When"))),
            Column("who", pick(text("누가", "Who")), head=True),
            Column("ip", pick(text("접속 주소", "Address"))),
            Column("what", pick(text("열람한 것", "What"))),
            Column("outcome", pick(text("결과", "Outcome"))),
            Column("reason", pick(text("이유·목적", "Reason or purpose"))),
        ],
        rows=[
            {
                "at": entry.at_real,
                "who": str(who[entry.id]),
                "ip": entry.ip,
                "what": labels.opened_label(entry.what),
                "outcome": Badge(pick(filters.OUTCOMES.get(entry.outcome)), OUTCOME_KINDS.get(entry.outcome, "bad")),
                "reason": entry.purpose or labels.reason_label(entry.reason),
            }
            for entry in found.rows
        ],
        caption=pick(text("접속기록", "Access log")),
        show_caption=False,
        filters=filters.access_filters(asked),
        empty=Empty(pick(text("아직 접속기록이 없습니다.", "Nobody has opened anything yet."))),
        next=found.next_cursor or "",
    )
    context = {"tabs": _tabs("access"), "table": table, "export": _export_url(request, "access")}
    return render(request, "records/access.html", context)


@require_safe
def event(request: ActedRequest, id: UUID) -> HttpResponse:
    """One link: its facts, its personal words, and how it hangs in the chain."""
    actor = request.actor
    found = queries.access_event(actor, id)
    actions.opened(actor, "audit event", found)
    notes = sorted(found.notes.all(), key=lambda note: note.name)
    context = {
        "event": found,
        "title": labels.event_label(found.type),
        "who": queries.doers([found])[found.id],
        "chain": pick(queries.chains_read_by(actor).get(found.chain)) or found.chain,
        "thing": labels.thing_label(found.subject_model) if found.subject_id else "",
        "facts": sorted(found.facts.items()),
        "notes": [(note, bool(rules.may_erase_note(actor, note))) for note in notes],
    }
    return render(request, "records/event.html", context)


class EraseNote(ActionView):
    action, reach, row_name, form = actions.erase_note, queries.access_note, "note", ReasonForm
    who = rules.may_erase_note
    title = text("개인 기재 내용 지우기", "Erase personal words")
    consequence = text(
        "이 글은 되돌릴 수 없게 지워집니다. 기록의 사슬은 그대로 온전합니다.",
        "These words are erased for good. The chain of records stays whole.",
    )
    button = text("지우기", "Erase")
    done = text("개인 기재 내용을 지웠습니다.", "The personal words are erased.")
    danger = True

    def back(self, row: PersonalNote) -> str:
        return reverse("records:event", args=[row.event_id])


# --- Excel ---------------------------------------------------------------------------------------------------------


def _export_url(request: ActedRequest, what: str) -> str:
    asked = request.GET.copy()
    asked.pop("after", None)
    return f"{reverse('records:export', args=[what])}?{asked.urlencode()}"


class Export(ExportView):
    """The log, or the access log."""

    def reached(self, **kwargs: str) -> str:
        require(rules.may_read_log(self.request.actor))
        return kwargs["what"]

    def back(self, row: str) -> str:
        return reverse(f"records:{row}")

    def made(self, row: str) -> tuple[bytes, str, int]:
        make = _log_sheet if row == "log" else _access_sheet
        title, columns, rows = make(self.request.actor, self.request.GET.dict())
        name = f"{title}_{clock.now().astimezone(clock.KST):%Y%m%d_%H%M}.xlsx"
        return spreadsheet.workbook(title, columns, rows), name, len(rows)

    def log(self, row: str, *, rows: int, reason: str) -> None:
        actions.log_export(actor=self.request.actor, what=row, rows=rows, reason=reason)


Sheet = tuple[str, list[str], list[list[Any]]]


def _log_sheet(actor: Actor, asked: dict[str, str]) -> Sheet:
    rows = list(islice(filters.events(actor, asked).order_by("-at_real", "-sequence").iterator(), MOST_EXPORTED))
    columns = (
        ["때", "사건", "종류", "누가", "대상", "대상 번호", "챌린지", "번호", "고리 값"]
        if language() == "ko"
        else ["When", "Event", "Type", "Who", "Subject", "Subject's id", "Challenge", "No.", "Hash"]
    )
    lines = [
        [
            event.at,
            labels.event_label(event.type),
            event.type,
            who,
            labels.thing_label(event.subject_model),
            str(event.subject_id or ""),
            chain,
            event.sequence,
            event.hash,
        ]
        for event, who, chain in _events_in_words(actor, rows)
    ]
    return pick(text("감사기록", "Audit log")), columns, lines


def _access_sheet(actor: Actor, asked: dict[str, str]) -> Sheet:
    rows: list[AccessEntry] = list(
        islice(filters.accesses(actor, asked).order_by("-at_real").iterator(), MOST_EXPORTED)
    )
    who = queries.doers(rows)
    columns = (
        ["때", "누가", "접속 주소", "열람한 것", "대상 번호", "결과", "이유", "목적"]
        if language() == "ko"
        else ["When", "Who", "Address", "What", "Subject's id", "Outcome", "Reason", "Purpose"]
    )
    lines = [
        [
            entry.at_real,
            str(who[entry.id]),
            entry.ip,
            labels.opened_label(entry.what),
            str(entry.subject_id or ""),
            pick(filters.OUTCOMES.get(entry.outcome)),
            labels.reason_label(entry.reason),
            entry.purpose,
        ]
        for entry in rows
    ]
    return pick(text("접속기록", "Access log")), columns, lines


# --- published -----------------------------------------------------------------------------------------------------


@require_safe
def heads(request: ActedRequest) -> HttpResponse:
    """Public: what every chain was on which day, signed."""
    found = page(queries.heads(), order=("-day", "chain"), cursor=request.GET.get("after", ""), size=60)
    table = Table(
        columns=[
            Column("day", pick(text("날짜", "Day"))),
            Column("chain", pick(text("사슬", "Chain")), head=True),
            Column("sequence", pick(text("기록 수", "Events")), number=True),
            Column("hash", pick(text("끝값", "Head"))),
            Column("key", pick(text("서명 열쇠", "Key"))),
        ],
        rows=[
            {
                "day": head.day,
                "chain": pick(queries.SITE_LABEL) if head.chain == "site" else head.chain,
                "sequence": head.sequence,
                "hash": sha(head.hash, ""),
                "key": head.key_id,
            }
            for head in found.rows
        ],
        caption=pick(text("서명된 끝값", "Signed heads")),
        show_caption=False,
        empty=Empty(pick(text("아직 서명된 끝값이 없습니다.", "No head has been signed yet."))),
        next=found.next_cursor or "",
    )
    return render(request, "records/heads.html", {"table": table, "keys": keys.public_ring()["keys"]})


@require_safe
def heads_json(request: HttpRequest) -> JsonResponse:
    """The newest thousand heads; each verifies with its key over purpose ``didimdol.head/1``."""
    newest = queries.heads().order_by("-day", "chain")[:1000]
    listed = [{**actions.head_content(head), "signature": head.signature} for head in newest]
    return JsonResponse({"format": actions.HEAD_FORMAT, "heads": listed})


@require_safe
def keys_json(request: HttpRequest) -> JsonResponse:
    return JsonResponse(keys.public_ring(), headers={"Access-Control-Allow-Origin": "*"})
