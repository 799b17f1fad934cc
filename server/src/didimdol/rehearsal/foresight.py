"""What the rulebook alone tells before anything is played: days off, order, money that cannot suffice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import Rulebook, notes
from didimdol.rehearsal import chance, draws
from didimdol.rehearsal.findings import Finding, Severity
from didimdol.rehearsal.matching_limits import unpayable
from didimdol.rehearsal.panels import experts_needed, loads, places, working_days
from didimdol.rehearsal.world import World

SHORTEST_STAGE = 2  # business days
SHORTEST_POC = timedelta(days=60)


def foreseen(world: World) -> list[Finding]:
    """The findings; what the panels' sizes promise goes to the figures as well."""
    book, when, wishes = world.book, world.when, world.wishes
    expected = loads(book, when, wishes.applicants)
    experts = wishes.experts or experts_needed(expected, wishes.ballots_a_day)
    planned = chance.chances(book, expected, experts=experts, judges=wishes.judges, ballots_a_day=wishes.ballots_a_day)
    if planned:
        world.figures["chance"] = planned
    return [
        *_days_off(book),
        *_order(book, when),
        *_windows(book, when),
        *_money(book),
        *unpayable(book),
        *draws.undrawable(expected, experts),
        *chance.found(planned),
    ]


def _found(severity: Severity, subject: str, rule: str, what: Text, change: Text) -> Finding:
    return Finding(severity, subject, what, change, rule, "rulebook")


def rule_of(event: str) -> str:
    """Where an event stands in the rulebook."""
    if event.startswith("stage."):
        _, key, last = event.split(".")
        return f"evaluation.stages.{key}.window.{last}"
    return f"calendar.{event}"


def _days_off(book: Rulebook) -> Iterator[Finding]:
    for note in notes(book):
        yield _found(
            Severity.WARNING,
            "calendar",
            rule_of(note.event),
            text(f"‘{note.event}’: {note.note.ko}", f"“{note.event}”: {note.note.en or note.note.ko}"),
            text("영업일로 옮기십시오(예: +1bd).", "Move it to a business day (for example +1bd)."),
        )


def _order(book: Rulebook, when: dict[str, datetime]) -> Iterator[Finding]:
    first = f"stage.{book.stages[0].key}.opens"
    if when["eligibility"] > when[first]:
        yield _found(
            Severity.WARNING,
            "calendar",
            "calendar.eligibility",
            text(
                f"자격 검토({when['eligibility']:%Y-%m-%d})가 첫 평가({when[first]:%Y-%m-%d})보다 늦게 끝납니다.",
                f"The eligibility review ends ({when['eligibility']:%Y-%m-%d}) after the first stage opens ({when[first]:%Y-%m-%d}).",
            ),
            text("자격 검토를 앞당기거나 첫 평가를 늦추십시오.", "Review earlier, or open the first stage later."),
        )
    if when["objection"] > when["agreement"]:
        yield _found(
            Severity.WARNING,
            "calendar",
            "calendar.agreement",
            text(
                f"이의신청 기한({when['objection']:%Y-%m-%d})이 협약 기한({when['agreement']:%Y-%m-%d})보다 늦습니다.",
                f"Objections are possible until {when['objection']:%Y-%m-%d}, after the agreements ({when['agreement']:%Y-%m-%d}).",
            ),
            text("협약을 이의신청 기한 뒤로 옮기십시오.", "Move the agreements behind the objections."),
        )


def _windows(book: Rulebook, when: dict[str, datetime]) -> Iterator[Finding]:
    for stage in book.stages:
        days = working_days(when[f"stage.{stage.key}.opens"], when[f"stage.{stage.key}.closes"])
        if stage.rule is not None and days < SHORTEST_STAGE:
            yield _found(
                Severity.WARNING,
                "calendar",
                f"evaluation.stages.{stage.key}.window",
                text(
                    f"‘{stage.name.ko}’의 기간이 {days}영업일입니다.",
                    f"“{stage.name.en or stage.name.ko}” lasts {days} business day.",
                ),
                text("평가 기간을 늘리십시오.", "Make the stage longer."),
            )
    poc = when["poc.closes"] - when["poc.opens"]
    if poc < SHORTEST_POC:
        yield _found(
            Severity.WARNING,
            "calendar",
            "calendar.poc",
            text(f"PoC 기간이 {poc.days}일입니다.", f"The PoC lasts {poc.days} days."),
            text("PoC 종료일을 늦추십시오.", "Close the PoC later."),
        )


def _money(book: Rulebook) -> Iterator[Finding]:
    grant, most = book.grant, book.grant.cap * places(book)
    if grant.total is not None and most > grant.total:
        yield _found(
            Severity.WARNING,
            "money",
            "grant.total",
            text(
                f"{places(book)}개 기업이 모두 한도({grant.cap:,}원)를 받으면 {most:,}원으로, 전체 예산 {grant.total:,}원을 넘습니다.",
                f"{places(book)} startups at the cap of KRW {grant.cap:,} take KRW {most:,}; the whole budget is KRW {grant.total:,}.",
            ),
            text(
                "grant.cap이나 demands.places를 줄이거나 grant.total을 늘리십시오.",
                "Lower grant.cap or demands.places, or raise grant.total.",
            ),
        )
    if grant.total is None:
        yield _found(
            Severity.NOTE,
            "money",
            "grant.total",
            text(
                f"전체 예산이 적혀 있지 않습니다. 한도까지 지원하면 {most:,}원이 듭니다.",
                f"The whole budget is not given. At the cap it takes KRW {most:,}.",
            ),
            text(
                "grant.total을 적으면 약정할 때마다 확인합니다.",
                "Write grant.total: it is then checked at every commitment.",
            ),
        )
    if grant.government_share_max is None:
        yield _found(
            Severity.NOTE,
            "money",
            "grant.government_share_max",
            text(
                "정부지원과 자기부담의 비율이 정해지지 않아 자기부담 없이 모의하였습니다.",
                "The shares of grant and own money are not settled; it was rehearsed without own money.",
            ),
            text("government_share_max와 own_share_min을 정하십시오.", "Set government_share_max and own_share_min."),
        )
