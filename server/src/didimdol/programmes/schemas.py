"""What the API says of challenges."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema


class TextOut(Schema):
    """A text in both languages; ``en`` repeats the Korean where there is none."""

    ko: str
    en: str


class BodyOut(Schema):
    """An organisation. ``example``: a stand-in for a real one, in a demonstration."""

    name: TextOut
    example: bool


class ChallengeOut(Schema):
    """``phase``: upcoming, open, closed, evaluating, released or cancelled, at the moment of asking."""

    slug: str
    name: TextOut
    programme: TextOut
    operator: BodyOut
    example: bool
    phase: str
    announced_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    page: str


class ChallengesOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[ChallengeOut]
    next: str | None


class FieldOut(Schema):
    """``places`` is null where the places of all fields are pooled."""

    key: str
    name: TextOut
    places: int | None
    demand_company: BodyOut | None


class CalendarLineOut(Schema):
    key: str
    label: TextOut
    when: datetime
    until: datetime | None


class RulebookOut(Schema):
    """The rules in force: ``digest`` is SHA-256 over their canonical JSON, ``file`` the YAML as it was written."""

    version: int
    digest: str
    file: str


class ChallengeWhole(ChallengeOut):
    summary: TextOut
    fields: list[FieldOut]
    calendar: list[CalendarLineOut]
    rulebook: RulebookOut
