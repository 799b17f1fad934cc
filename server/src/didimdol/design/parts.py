"""What the components are made of: plain frozen values, in the reader's language already.

A room builds these in its queries or views and hands them to a template; the tags in
``templatetags/didimdol.py`` draw them. Numbers may be Decimal, int, float or str; a str is shown as written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Number = Decimal | int | float | str
Moment = datetime | date | str | None
Kind = Literal["", "ok", "warn", "bad", "info"]
StoneState = Literal["done", "now", "next"]
Urgency = Literal["late", "today", "soon", "calm"]
Verdict = Literal["met", "not_met", "inconclusive", "disturbed", "pending", "not_applicable"]
Comparison = Literal["at_most", "at_least"]


@dataclass(frozen=True, slots=True)
class Stone:
    """One stone of a way: a challenge, an application, a PoC or a won."""

    label: str
    detail: str = ""
    state: StoneState = "next"
    when: Moment = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """A thing that waits: for whom, since when, until when. ``urgency`` is computed from ``until`` if None."""

    what: str
    url: str = ""
    who: str = ""
    since: Moment = None
    until: Moment = None
    urgency: Urgency | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Claim, measurement with its interval, limit and verdict for one criterion."""

    criterion: str
    claim: Number | None = None
    measured: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    limit: Number | None = None
    comparison: Comparison | str = "at_most"
    unit: str = ""
    verdict: Verdict | str = "pending"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a form in several pages."""

    label: str
    state: StoneState = "next"
    url: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """Something that happened, newest first or oldest first as the caller orders."""

    when: Moment
    what: str
    who: str = ""
    detail: str = ""
    url: str = ""
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: its count, and the half-open interval [lower, upper) it stands for."""

    label: str
    count: int
    lower: Number | None = None
    upper: Number | None = None


@dataclass(frozen=True, slots=True)
class Histogram:
    bars: Sequence[Bar]
    limit: Number | None = None
    limit_label: str = ""
    caption: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Badge:
    """A table cell drawn as a badge."""

    label: str
    kind: Kind | str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A table cell drawn as a link, with an optional second line."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """A table cell drawn as money: integer minor units and an ISO 4217 currency."""

    minor: int
    currency: str = "KRW"


@dataclass(frozen=True, slots=True)
class Column:
    """``sort``: the value of the sort parameter, empty where the column cannot be sorted.

    ``number`` aligns right in tabular figures; the first column is the row's header unless another is ``head``.
    """

    key: str
    label: str
    sort: str = ""
    number: bool = False
    head: bool = False
    hide_label: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A field of the filter form. ``choices`` (value, label) makes it a select; else it is a search box."""

    name: str
    label: str
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and the next step it offers."""

    text: str
    hint: str = ""
    action: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows are mappings by column key, or sequences in column order.

    A cell is a str, a number, a date or datetime, Badge, Link, Money or any safe string. ``next`` is the keyset
    cursor of the next page (empty: last page); it is put into the query under ``cursor_param``.
    """

    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any] | Sequence[Any]]
    caption: str = ""
    sort: str = ""
    filters: Sequence[Filter] = field(default_factory=tuple)
    empty: Empty | str = ""
    next: str = ""
    total: int | None = None
    sort_param: str = "sort"
    cursor_param: str = "after"
    show_caption: bool = True
