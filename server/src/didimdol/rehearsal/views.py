"""Pages of the rehearsals: the list, and one report."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel.access import require
from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.paging import page
from didimdol.kernel.words import Text, pick, text
from didimdol.rehearsal import chance, chance_chart, queries, rules
from didimdol.rehearsal.findings import SEVERITIES, SEVERITY_KINDS, SUBJECTS, Severity
from didimdol.rehearsal.models import RehearsalReport
from didimdol.rehearsal.printing import MONEY, STATES, verdict

STATE_KINDS = {"done": "ok", "failed": "bad", "not_reached": ""}
RESULTS: dict[str, Text] = {"whole": text("끝까지 진행", "Runs whole"), "stuck": text("막힘", "Gets stuck")}


@require_safe
def reports(request: ActedRequest) -> HttpResponse:
    require(rules.may_list(request.actor))
    asked = request.GET
    found = queries.reports_visible_to(request.actor)
    if words := asked.get("q", "").strip():
        found = found.filter(key__icontains=words)
    if result := asked.get("result", ""):
        found = found.filter(whole=result == "whole")
    rows = page(found.defer("content"), cursor=asked.get("after", ""), size=50)
    table = Table(
        columns=[
            Column("key", pick(text("챌린지", "Challenge")), head=True),
            Column("result", pick(text("결과", "Result"))),
            Column("findings", pick(text("막힘 · 주의", "Blocking · warnings")), number=True),
            Column("applicants", pick(text("신청", "Applicants")), number=True),
            Column("seed", pick(text("시드", "Seed")), number=True),
            Column("made", pick(text("모의 운영", "Rehearsed"))),
        ],
        rows=[_row(row) for row in rows.rows],
        caption=pick(text("모의 운영 보고서", "Rehearsal reports")),
        show_caption=False,
        filters=[
            Filter("q", pick(text("챌린지", "Challenge")), words),
            Filter(
                "result", pick(text("결과", "Result")), result, [(key, pick(label)) for key, label in RESULTS.items()]
            ),
        ],
        empty=Empty(
            pick(text("모의 운영 보고서가 없습니다.", "There is no report of a rehearsal.")),
            pick(
                text(
                    "서버의 명령줄에서 ‘didimdol rehearse FILE’을 실행하면 이곳에 보고서가 쌓입니다.",
                    "Run “didimdol rehearse FILE” on the server's command line; its reports come here.",
                )
            ),
        ),
        next=rows.next_cursor or "",
    )
    return render(request, "rehearsal/reports.html", {"table": table})


def _row(row: RehearsalReport) -> dict[str, Any]:
    kind = "whole" if row.whole else "stuck"
    return {
        "key": Link(row.key, row.get_absolute_url()),
        "result": Badge(pick(RESULTS[kind]), "ok" if row.whole else "bad"),
        "findings": f"{row.blocking} · {row.warnings}",
        "applicants": row.applicants,
        "seed": row.seed,
        "made": row.created_at,
    }


@require_safe
def report(request: ActedRequest, id: UUID) -> HttpResponse:
    row = queries.access_report(request.actor, id)
    content = row.content
    figures = content["figures"]
    context = {
        "row": row,
        "name": content["challenge"]["name"],
        "verdict": pick(verdict(content)).removeprefix("✓ ").removeprefix("✗ "),
        "counts": [(pick(SEVERITIES[s]), SEVERITY_KINDS[s], content["counts"][s.value]) for s in Severity],
        "findings": [_finding(found) for found in content["findings"]],
        "steps": _steps(content["steps"]),
        "panels": _panels(figures.get("panels", [])),
        "chance": chance_chart.sections(figures.get("chance", [])),
        "assumed": chance.ASSUMED,
        "devices": figures.get("devices"),
        "money": [(pick(label), figures.get("money", {}).get(key)) for key, label in MONEY.items()],
        "calendar": _calendar(content["calendar"]),
        "places": figures.get("places"),
        "outcome_digest": content["outcome_digest"],
        "file": content["challenge"]["file"],
        "crumbs": [{"label": pick(text("모의 운영", "Rehearsals")), "url": reverse("rehearsal:reports")}],
    }
    return render(request, "rehearsal/report.html", context)


def _finding(found: dict[str, Any]) -> dict[str, Any]:
    severity = Severity(found["severity"])
    return {
        "label": pick(SEVERITIES[severity]),
        "kind": SEVERITY_KINDS[severity],
        "subject": pick(SUBJECTS[found["subject"]]),
        "what": pick(found["what"]),
        "change": pick(found["change"]),
        "rule": found["rule"],
        "certificate": found["certificate"],
        # reports of earlier versions have neither
        "told": [pick(told) for told in found.get("told", ())],
        "ways": [pick(way) for way in found.get("ways", ())],
    }


def _steps(steps: list[dict[str, Any]]) -> Table:
    return Table(
        columns=[
            Column("step", pick(text("단계", "Step")), head=True),
            Column("state", pick(text("결과", "Result"))),
            Column("note", pick(text("내용", "What happened"))),
            Column("events", pick(text("기록", "Events")), number=True),
            Column("seconds", pick(text("걸린 초", "Seconds")), number=True),
        ],
        rows=[
            {
                "step": pick(step["label"]),
                "state": Badge(pick(STATES[step["state"]]), STATE_KINDS[step["state"]]),
                "note": pick(step["note"]) if step["note"] else None,
                "events": step["events"],
                "seconds": f"{step['seconds']:.1f}",
            }
            for step in steps
        ],
        caption=pick(text("단계와 걸린 시간", "Steps and times")),
        show_caption=False,
    )


def _panels(rows: list[dict[str, Any]]) -> Table | None:
    if not rows:
        return None
    return Table(
        columns=[
            Column("stage", pick(text("평가 단계", "Stage")), head=True),
            Column("body", pick(text("평가 주체", "Body"))),
            Column("evaluators", pick(text("위원", "Evaluators")), number=True),
            Column("ballots", pick(text("평가표", "Ballots")), number=True),
            Column("each", pick(text("한 사람", "Each")), number=True),
            Column("days", pick(text("영업일", "Business days")), number=True),
            Column("a_day", pick(text("가장 많은 사람의 하루", "Most in a day")), number=True),
        ],
        rows=[
            {
                "stage": pick(row["stage_name"]),
                "body": pick(row["body"]),
                "evaluators": row["evaluators"],
                "ballots": row["ballots"],
                "each": f"{row['least']}–{row['most']}",
                "days": row["days"],
                "a_day": row["a_day"],
            }
            for row in rows
        ],
        caption=pick(text("평가위원의 부담", "Panel load")),
        show_caption=False,
    )


def _calendar(events: list[dict[str, Any]]) -> Table:
    off = pick(text("휴일", "Day off"))
    return Table(
        columns=[
            Column("event", pick(text("일정", "Event")), head=True),
            Column("moment", pick(text("일시", "Moment"))),
            Column("key", pick(text("규칙집의 이름", "In the rulebook"))),
            Column("day", pick(text("비고", "Note"))),
        ],
        rows=[
            {
                "event": pick(event["label"]),
                "key": event["event"],
                "moment": datetime.fromisoformat(event["moment"]),
                "day": None if event["business_day"] else Badge(off, "warn"),
            }
            for event in events
        ],
        caption=pick(text("일정", "Calendar")),
        show_caption=False,
    )
