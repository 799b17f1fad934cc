"""``{% load didimdol %}``: the components. Their use is written down in the room's README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from didimdol.design import figures, parts, texts
from didimdol.kernel.words import Text, language, pick, text

register = template.Library()

# Paths of a 16 × 16 grid, drawn with the text's colour.
ICONS = {
    "check": "M3.5 8.5 6.6 11.6 12.5 5",
    "cross": "M4.5 4.5l7 7m0-7-7 7",
    "alert": "M8 2.6 14.2 13.4H1.8ZM8 6.6v3m0 1.7v.2",
    "dot": "M8 5.5a2.5 2.5 0 1 0 .01 0",
    "ring": "M8 4.2a3.8 3.8 0 1 0 .01 0",
    "next": "M6 3.5 10.5 8 6 12.5",
    "back": "M10 3.5 5.5 8 10 12.5",
    "up": "M3.5 10 8 5.5 12.5 10",
    "down": "M3.5 6 8 10.5 12.5 6",
    "info": "M8 2.2a5.8 5.8 0 1 0 .01 0M8 7.4v3.4M8 5v.1",
    "search": "M7 2.8a4.2 4.2 0 1 0 .01 0M10.2 10.2l3.3 3.3",
    "file": "M4 1.8h5l3.2 3.2v9.2H4ZM9 1.8V5h3.2",
    "download": "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.2h10",
    "clock": "M8 2.2a5.8 5.8 0 1 0 .01 0M8 4.8V8l2.2 1.6",
    "lock": "M4 7.2h8v6.2H4ZM5.6 7V5.2a2.4 2.4 0 0 1 4.8 0V7",
    "copy": "M5.5 5.5h7.7v7.7H5.5ZM10.5 5.2V2.8H2.8v7.7h2.4",
    "external": "M9 2.8h4.2V7M13 3 7.6 8.4M6.5 3.8H2.8v9.4h9.4V9.5",
    "menu": "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
    "contrast": "M8 2.2a5.8 5.8 0 1 0 .01 0M8 2.2v11.6a5.8 5.8 0 0 0 0-11.6",
}
KIND_ICONS = {"ok": "check", "warn": "alert", "bad": "cross", "info": "dot", "": "ring"}
STATE_WORDS: dict[parts.StoneState, Text] = {
    "done": text("완료", "Done"),
    "now": text("진행 중", "Now"),
    "next": text("예정", "Upcoming"),
}
VERDICT_WORDS = {
    "met": text("충족", "Met"),
    "not_met": text("미충족", "Not met"),
    "inconclusive": text("표본 더 필요", "More samples needed"),
    "disturbed": text("방해받음", "Disturbed"),
    "pending": text("측정 전", "Not measured"),
    "not_applicable": text("해당 없음", "Not applicable"),
}
VERDICT_KINDS = {
    "met": "ok",
    "not_met": "bad",
    "inconclusive": "warn",
    "disturbed": "warn",
    "pending": "",
    "not_applicable": "",
}


def verdict_label(verdict: str) -> str:
    """The word for a verdict; a word of the caller's own is kept."""
    return pick(VERDICT_WORDS[verdict]) if verdict in VERDICT_WORDS else str(verdict)


def _now(context: template.Context) -> datetime:
    """The challenge's time where the page gives it (``clock_now``), else the real time."""
    given = context.get("clock_now")
    return given if isinstance(given, datetime) else timezone.now()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A small decorative drawing; words stand beside it, always."""
    fill = ' fill="currentColor"' if name == "dot" else ""
    return mark_safe(  # noqa: S308 (our own constants)
        f'<svg class="icon{" " + extra if extra.isalnum() else ""}" viewBox="0 0 16 16" aria-hidden="true"'
        f' focusable="false"><path d="{ICONS[name]}"{fill}/></svg>'
    )


@register.simple_tag
def badge(label: object, kind: str = "", icon_name: str | None = None) -> SafeString:
    """Status by word and shape. Kinds: ok, warn, bad, info, "" (neutral). ``icon_name=""`` leaves the shape out."""
    kind = kind if kind in KIND_ICONS else ""
    name = KIND_ICONS[kind] if icon_name is None else icon_name
    return format_html(
        '<span class="badge{}">{}{}</span>', f" {kind}" if kind else "", icon(name) if name else "", label
    )


@register.simple_tag
def verdict(value: str) -> SafeString:
    return badge(verdict_label(value), VERDICT_KINDS.get(value, ""))


def _time(moment: date, written: str) -> SafeString:
    value = texts.in_seoul(moment).isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()
    return format_html('<time class="n" datetime="{}">{}</time>', value, written)


@register.simple_tag
def when(moment: Any, short: bool = False, seconds: bool = False) -> str:
    if not isinstance(moment, date):
        return moment or "–"
    return _time(moment, texts.when_text(moment, short=short, seconds=seconds))


@register.simple_tag
def day(moment: Any, short: bool = False) -> str:
    if not isinstance(moment, date):
        return moment or "–"
    if isinstance(moment, datetime):
        moment = texts.in_seoul(moment).date()
    return _time(moment, texts.day_text(moment, short=short))


@register.simple_tag(takes_context=True)
def countdown(context: template.Context, until: datetime | None) -> SafeString | str:
    if until is None:
        return "–"
    now = _now(context)
    return format_html(
        '<time class="countdown n" datetime="{}" data-countdown="{}" data-now="{}" data-day="{}" data-days="{}"'
        ' data-hours="{}" data-minutes="{}" data-over="{}">{}</time>',
        texts.in_seoul(until).isoformat(timespec="seconds"),
        int(until.timestamp() * 1000),
        int(now.timestamp() * 1000),
        *(pick(texts.LEFT[name]) for name in ("day", "days", "hours", "minutes", "over")),
        texts.left_text(until - now),
    )


@register.simple_tag
def money(amount: Any, currency: str = "KRW", short: bool = False) -> SafeString | str:
    """Integer minor units and a currency, or any object with ``minor`` (or ``amount``) and ``currency``."""
    if amount is None or amount == "":
        return "–"
    if hasattr(amount, "currency"):
        currency = str(amount.currency)
        amount = amount.minor if hasattr(amount, "minor") else amount.amount
    return format_html('<span class="n money">{}</span>', texts.money_text(int(amount), currency, short=short))


@register.simple_tag
def file_size(size: int | None) -> str:
    return "–" if size is None else texts.file_size_text(int(size))


@register.filter
def number(value: Any) -> str:
    return texts.number_text(value)


@register.simple_tag
def sha(digest: str, label: str = "SHA-256") -> SafeString:
    """A digest, shortened; the whole in the title, and a button that copies it."""
    short = f"{digest[:4]}…{digest[-4:]}" if len(digest) > 12 else digest
    return format_html(
        '<span class="sha"><span class="muted">{}</span> <code title="{}">{}</code>'
        '<button type="button" class="copy js-only" data-copy="{}" data-done="{}">{}<span class="sr-only">{}</span>'
        "</button></span>",
        label,
        digest,
        short,
        digest,
        pick(text("복사함", "Copied")),
        icon("copy"),
        pick(text(f"{label} {short} 복사", f"Copy {label} {short}")),
    )


@register.simple_tag
def bilingual(value: Any, plain: bool = False) -> SafeString | str:
    """The reader's language of ``{ko, en}``; where it is missing, the other one, marked with its language.

    ``plain``: without the mark, for places that hold no markup (``<title>``, attributes).
    """
    if value is None or isinstance(value, str | Promise):
        return str(value or "")
    have = value if isinstance(value, Mapping) else {"ko": getattr(value, "ko", ""), "en": getattr(value, "en", "")}
    wanted = language()
    if have.get(wanted):
        return have[wanted]
    other = "ko" if wanted != "ko" else "en"
    if plain or not have.get(other):
        return have.get(other) or ""
    return format_html('<span lang="{}">{}</span>', other, have[other])


@register.simple_tag
def example_mark() -> SafeString:
    return format_html('<span class="example-mark">{}</span>', pick(text("예시", "Example")))


@register.inclusion_tag("design/parts/stones.html")
def stones(way: Sequence[parts.Stone], label: str = "") -> dict[str, Any]:
    return {
        "way": [(stone, pick(STATE_WORDS[stone.state]), f"p{i % 3}") for i, stone in enumerate(way)],
        "label": label or pick(text("진행 단계", "Progress")),
    }


@register.inclusion_tag("design/parts/waits.html", takes_context=True)
def waits(context: template.Context, items: Sequence[parts.Wait], empty: str = "") -> dict[str, Any]:
    now = _now(context)
    order = {"late": 0, "today": 1, "soon": 2, "calm": 3}
    lines = []
    for wait in items:
        urgency = wait.urgency or urgency_of(wait.until, now)
        lines.append((order[urgency], wait, urgency))
    lines.sort(key=lambda line: line[0])  # stable: within one urgency the caller's order holds
    return {
        "lines": [
            {
                "wait": wait,
                "who": _waiting_for(wait.who),
                "since": _since(wait.since, now),
                **_until(wait, urgency, now),
            }
            for _, wait, urgency in lines
        ],
        "empty": empty or pick(text("지금 기다리는 일이 없습니다.", "Nothing is waiting now.")),
    }


def urgency_of(until: parts.Moment, now: datetime) -> parts.Urgency:
    """late: over; today: ends today in Seoul; soon: within three days; calm."""
    if not isinstance(until, date):
        return "calm"
    today = texts.in_seoul(now).date()
    end = texts.in_seoul(until).date() if isinstance(until, datetime) else until
    if end < today or (isinstance(until, datetime) and until.tzinfo and until < now):
        return "late"
    if end == today:
        return "today"
    return "soon" if end <= today + timedelta(days=3) else "calm"


def _waiting_for(who: str) -> str:
    if not who:
        return ""
    return pick(text(f"{who}{texts.object_particle(who)} 기다림", f"Waiting for {who}"))


def _since(since: parts.Moment, now: datetime) -> str:
    if not isinstance(since, date):
        return since or ""
    start = texts.in_seoul(since).date() if isinstance(since, datetime) else since
    days = (texts.in_seoul(now).date() - start).days + 1
    return pick(text(f"{days}일째", f"day {days}")) if days >= 1 else ""


def _until(wait: parts.Wait, urgency: parts.Urgency, now: datetime) -> dict[str, Any]:
    until = wait.until
    kind = {"late": "bad", "today": "warn", "soon": "info", "calm": ""}[urgency]
    if not isinstance(until, date):
        return {"clock": until or "", "kind": kind, "shape": KIND_ICONS[kind] if kind else "clock", "full": ""}
    written = texts.when_text(until, short=True)
    if urgency == "today":
        clock = f" {texts.in_seoul(until):%H:%M}" if isinstance(until, datetime) else ""
        written = pick(text("오늘", "Today")) + clock
    elif urgency == "late":
        end = texts.in_seoul(until).date() if isinstance(until, datetime) else until
        days = (texts.in_seoul(now).date() - end).days
        over = text(f"{days}일 지남", "1 day over" if days == 1 else f"{days} days over")
        written = pick(over if days > 0 else text("기한 지남", "Over"))
    return {
        "clock": _time(until, written),
        "full": texts.when_text(until),
        "kind": kind,
        "shape": {"bad": "cross", "warn": "alert"}.get(kind, "clock"),
    }


@register.inclusion_tag("design/parts/evidence.html")
def evidence(
    rows: Sequence[parts.EvidenceRow],
    caption: str = "",
    note: str = "",
    confidence: str = "",
    check_url: str = "",
    show_caption: bool = False,
) -> dict[str, Any]:
    """The evidence table. ``confidence``: "99%" names the interval; ``check_url``: where anyone checks it themself."""
    measured = text("측정", "Measured")
    if confidence:
        measured = text(f"측정 ({confidence} 신뢰구간)", f"Measured ({confidence} interval)")
    drawn = [figures.evidence_figure(row) for row in rows]
    lines = [
        {
            "row": row,
            "figure": figure,
            "limit": figures.limit_text(row),
            "claim": texts.with_unit(row.claim, row.unit),
            "measured": figures.measured_text(row),
        }
        for row, figure in zip(rows, drawn, strict=True)
    ]
    return {
        "rows": lines,
        "any_far": any(figure.beyond for figure in drawn),
        "any_broken": any(figure.broken for figure in drawn),
        "caption": caption or pick(text("측정 근거", "Evidence")),
        "show_caption": show_caption,
        "measured_label": pick(measured),
        "note": note,
        "check_url": check_url,
    }


@register.simple_tag
def evidence_summary(rows: Sequence[parts.EvidenceRow]) -> SafeString:
    """The badge "3 of 4 met"."""
    met = sum(row.verdict == "met" for row in rows)
    failed = any(row.verdict == "not_met" for row in rows)
    kind = "ok" if met == len(rows) else "bad" if failed else "warn"
    return badge(pick(text(f"{len(rows)}개 중 {met}개 충족", f"{met} of {len(rows)} met")), kind)


@register.inclusion_tag("design/parts/histogram.html")
def histogram(
    bins: parts.Histogram | Sequence[parts.Bar], limit: Any = None, caption: str = "", unit: str = ""
) -> dict[str, Any]:
    given = bins if isinstance(bins, parts.Histogram) else parts.Histogram(bins)
    limit = given.limit if limit is None else limit
    bars, line = figures.histogram_figure(given.bars, limit)
    unit = unit or given.unit
    return {
        "bars": bars,
        "line": line,
        "line_end": line is not None and float(line) > 300,
        "limit": given.limit_label or (texts.with_unit(limit, unit) if limit is not None else ""),
        "caption": caption or given.caption or pick(text("분포", "Distribution")),
        "unit": unit,
        "total": sum(bar.count for bar in given.bars),
        "floor": figures.FLOOR,
    }


@register.inclusion_tag("design/parts/steps.html")
def steps(items: Sequence[parts.Step], label: str = "") -> dict[str, Any]:
    return {
        "items": [(step, pick(STATE_WORDS[step.state])) for step in items],
        "label": label or pick(text("단계", "Steps")),
    }


@register.inclusion_tag("design/parts/timeline.html")
def timeline(items: Sequence[parts.TimelineItem]) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag("design/parts/tabs.html")
def tabs(items: Sequence[parts.Tab], label: str = "") -> dict[str, Any]:
    return {"items": items, "label": label or pick(text("보기", "Views"))}


@register.inclusion_tag("design/parts/breadcrumbs.html")
def breadcrumbs(items: Sequence[Mapping[str, str]] | None) -> dict[str, Any]:
    return {"items": items or ()}


# Forms


@register.simple_tag
def field(bound: BoundField, label: str = "", help: str = "", mark_optional: bool = False) -> SafeString:
    """Label, required mark in words, help, widget, errors, tied together for those who cannot see them."""
    if bound.is_hidden:
        return mark_safe(bound.as_widget())  # noqa: S308 (Django's own rendering)
    widget = bound.field.widget
    help_text = help or bound.help_text
    group = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    single_check = isinstance(widget, forms.CheckboxInput)
    described = [f"{bound.auto_id}_{name}" for name, has in (("helptext", help_text), ("error", bound.errors)) if has]
    attrs: dict[str, Any] = {}
    if not group:
        attrs["class"] = " ".join(
            filter(None, [widget.attrs.get("class", ""), "check" if single_check else _widget_class(widget)])
        )
        if bound.errors:
            attrs["aria-invalid"] = "true"
    if described and not group:
        attrs["aria-describedby"] = " ".join(described)
    return render_to_string(
        "design/parts/field.html",
        {
            "bound": bound,
            "label": label or bound.label,
            "help": help_text,
            "widget": bound.as_widget(attrs=attrs),
            "group": group,
            "single_check": single_check,
            "described": " ".join(described),
            "mark_optional": mark_optional and not bound.field.required,
        },
    )


def _widget_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.Select):
        return "input select"
    if isinstance(widget, forms.FileInput):
        return "input file"
    if isinstance(widget, forms.NumberInput):
        return "input n"
    return "input"


@register.simple_tag
def fields(form: forms.BaseForm) -> SafeString:
    """Every field of a form, hidden ones too."""
    return mark_safe("".join(field(bound) for bound in form))  # noqa: S308 (each part is escaped)


@register.inclusion_tag("design/parts/form_errors.html")
def form_errors(*given: Any, focus: bool = True) -> dict[str, Any]:
    """The error summary of one form (or several); each line leads to its field."""
    lines: list[tuple[str, str, str]] = []
    for form in given:
        if not form:
            continue
        lines += [("", "", message) for message in form.non_field_errors()]
        for bound in form:
            target = bound.id_for_label or bound.auto_id
            if isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
                target = f"{bound.auto_id}_0"
            lines += [(target, str(bound.label).rstrip(".: "), message) for message in bound.errors]
    title = text(f"고칠 점이 {len(lines)}개 있습니다", f"To be corrected: {len(lines)}")
    return {"lines": lines, "title": pick(title), "focus": focus}


@register.simple_tag
def autosave_status() -> SafeString:
    """Where a form with ``data-autosave="URL"`` says whether it is saved."""
    return format_html(
        '<output class="save-status small muted" data-save-status data-saving="{}" data-saved="{}" data-failed="{}"'
        ' data-conflict="{}"></output>',
        pick(text("저장 중…", "Saving…")),
        pick(text("저장됨", "Saved")),
        pick(
            text(
                "저장하지 못했습니다. 연결을 확인해 주십시오. 작성한 내용은 이 화면에 그대로 있습니다.",
                "Not saved. Check the connection; what you wrote is still here.",
            )
        ),
        pick(
            text(
                "다른 사람이 먼저 고쳤습니다. 페이지를 새로 연 다음 이어서 작성해 주십시오.",
                "Someone else changed this. Open the page again before you go on.",
            )
        ),
    )


# Tables


@register.inclusion_tag("design/parts/table.html", takes_context=True)
def table(context: template.Context, table: parts.Table) -> dict[str, Any]:
    request = context.get("request")
    query = request.GET.copy() if request is not None else None

    def link(**changes: str) -> str:
        if query is None:
            from django.http import QueryDict

            copy = QueryDict(mutable=True)
        else:
            copy = query.copy()
        for name, value in changes.items():
            if value:
                copy[name] = value
            else:
                copy.pop(name, None)
        return "?" + copy.urlencode()

    heads = []
    row_head = next((i for i, column in enumerate(table.columns) if column.head), 0)
    for i, column in enumerate(table.columns):
        current = column.sort and table.sort.lstrip("-") == column.sort
        falling = bool(current and table.sort.startswith("-"))
        heads.append(
            {
                "column": column,
                "head": i == row_head,
                "aria_sort": ("descending" if falling else "ascending") if current else "",
                "arrow": ("down" if falling else "up") if current else "",
                "url": link(
                    **{
                        table.sort_param: column.sort if falling or not current else f"-{column.sort}",
                        table.cursor_param: "",
                    }
                )
                if column.sort
                else "",
            }
        )
    lines = []
    for row in table.rows:
        values = [row.get(column.key, "") for column in table.columns] if isinstance(row, Mapping) else list(row)
        lines.append([{"value": _cell(value), **head} for value, head in zip(values, heads, strict=True)])
    own = {f.name for f in table.filters} | {table.cursor_param}
    kept = [(k, v) for k, vs in query.lists() for v in vs if k not in own] if query is not None else []
    empty = table.empty
    if not isinstance(empty, parts.Empty):
        empty = parts.Empty(empty or pick(text("아직 없습니다.", "None yet.")))
    filtered = any(f.value for f in table.filters)
    return {
        "table": table,
        "heads": heads,
        "lines": lines,
        "kept": kept,
        "empty": empty,
        "filtered": filtered,
        "clear_url": link(**{**{f.name: "" for f in table.filters}, table.cursor_param: ""}),
        "next_url": link(**{table.cursor_param: table.next}) if table.next else "",
        "first_url": link(**{table.cursor_param: ""}) if query is not None and query.get(table.cursor_param) else "",
    }


def _cell(value: Any) -> Any:
    if isinstance(value, parts.Badge):
        return badge(value.label, value.kind)
    if isinstance(value, parts.Link):
        note = format_html('<span class="note">{}</span>', value.note) if value.note else ""
        return format_html('<a href="{}">{}</a>{}', value.url, value.label, note)
    if isinstance(value, parts.Money) or (hasattr(value, "currency") and hasattr(value, "minor")):
        return money(value)
    if isinstance(value, date):
        return when(value, short=True)
    if value is None:
        return format_html('<span class="muted" aria-label="{}">–</span>', pick(text("없음", "none")))
    return value if isinstance(value, str) else texts.number_text(value)


@register.simple_block_tag(end_name="enddialog")
def dialog(content: str, id: str, title: str, kind: str = "") -> SafeString:
    """A native dialog around ``content``. It opens from any link or button with ``data-dialog="id"``.

    Without script that link leads to its own href, a page that asks the same.
    """
    return format_html(
        '<dialog id="{0}" class="dialog{4}" aria-labelledby="{0}-title"><div class="dialog-head">'
        '<h2 id="{0}-title">{1}</h2><form method="dialog"><button class="btn quiet icon-only" aria-label="{2}">{3}'
        '</button></form></div><div class="dialog-body">{5}</div></dialog>',
        id,
        title,
        pick(text("닫기", "Close")),
        icon("cross"),
        f" {kind}" if kind else "",
        content,
    )
