"""Budgets and group reserves of a matching: the method that takes them, what they name, and numbers that can be kept."""

from __future__ import annotations

from collections.abc import Iterator

from didimdol.programmes.rulebook.base import text
from didimdol.programmes.rulebook.checks.finding import Finding, Path, repeated, unknown
from didimdol.programmes.rulebook.form import FormField
from didimdol.programmes.rulebook.matching import GroupReserve, MatchingBudget, Reach, StartupGroup
from didimdol.programmes.rulebook.schema import Rulebook


def check_matching(book: Rulebook) -> Iterator[Finding]:
    rules = book.matching
    for name, entries in (("budgets", rules.budgets), ("reserves", rules.reserves)):
        if entries and rules.method != "best_value":
            yield Finding(
                ("matching", name),
                text(
                    f"매칭 방법 {rules.method}에는 {name}을(를) 둘 수 없습니다. 그 조건에서는 안정 매칭이 없을 수 있습니다.",
                    f"The method {rules.method} takes no {name}: with them there need not be a stable matching.",
                ),
                text(
                    f"method: best_value로 바꾸거나 {name}을(를) 지우십시오.",
                    f"Write method: best_value, or remove {name}.",
                ),
            )
    yield from repeated(("matching", "budgets"), rules.budgets, "매칭 예산", "budget of the matching")
    yield from repeated(("matching", "reserves"), rules.reserves, "할당", "group reserve")
    for budget in rules.budgets:
        yield from _reach(book, ("matching", "budgets", budget.key), budget)
        yield from _amount(book, budget)
    for reserve in rules.reserves:
        path = ("matching", "reserves", reserve.key)
        yield from _reach(book, path, reserve)
        yield from _numbers(book, path, reserve)
        if reserve.of is not None:
            yield from _group(book, (*path, "of"), reserve.of)


def places_within(book: Rulebook, reach: Reach) -> int:
    """How many startups can be matched there at most, as far as the rulebook tells: a field without a demand company
    may become anybody's."""
    inside = [
        entry
        for entry in book.fields
        if (not reach.fields or entry.key in reach.fields)
        and (not reach.companies or entry.demand_company is None or entry.demand_company in reach.companies)
    ]
    if book.demands.pooled:
        return book.demands.places if inside else 0
    return min(book.demands.places, sum(entry.quota or 0 for entry in inside))


def _reach(book: Rulebook, path: Path, reach: Reach) -> Iterator[Finding]:
    if reach.fields and reach.companies:
        yield Finding(
            (*path, "companies"),
            text("분야와 수요기업을 함께 적었습니다.", "Both fields and companies are given."),
            text("fields와 companies 가운데 하나만 적으십시오.", "Write fields or companies, not both."),
        )
    fields = [entry.key for entry in book.fields]
    for place, key in enumerate(reach.fields):
        if key not in fields:
            yield unknown((*path, "fields", str(place)), key, "분야", "field", fields)
    buyers = [party.key for party in book.parties if party.kind in ("demand_company", "partner")]
    for place, key in enumerate(reach.companies):
        if key not in buyers:
            yield unknown((*path, "companies", str(place)), key, "수요기업", "demand company", buyers)


def _amount(book: Rulebook, budget: MatchingBudget) -> Iterator[Finding]:
    if budget.amount < book.grant.cap:
        yield Finding(
            ("matching", "budgets", budget.key, "amount"),
            text(
                f"예산 {budget.amount:,}원이 기업당 한도 {book.grant.cap:,}원보다 적어, 한도까지 신청한 기업 한 곳도 매칭할 수 없습니다.",
                f"The budget of KRW {budget.amount:,} is below the cap of one startup, KRW {book.grant.cap:,}: one that asks "
                "for the cap could never be matched.",
            ),
            text(f"{book.grant.cap:,}원 이상으로 적으십시오.", f"Write at least KRW {book.grant.cap:,}."),
        )


def _numbers(book: Rulebook, path: Path, reserve: GroupReserve) -> Iterator[Finding]:
    if not reserve.at_least and reserve.at_most is None:
        yield Finding(
            path,
            text("할당에 최소도 최대도 없습니다.", "The group reserve has neither a minimum nor a maximum."),
            text("at_least나 at_most를 적으십시오.", "Write at_least or at_most."),
        )
    if reserve.at_most is not None and reserve.at_least > reserve.at_most:
        yield Finding(
            (*path, "at_least"),
            text(
                f"최소 {reserve.at_least}곳이 최대 {reserve.at_most}곳보다 많습니다.",
                f"The minimum of {reserve.at_least} is above the maximum of {reserve.at_most}.",
            ),
            text(f"{reserve.at_most} 이하로 적으십시오.", f"Write at most {reserve.at_most}."),
        )
    most = places_within(book, reserve)
    if reserve.at_least > most:
        yield Finding(
            (*path, "at_least"),
            text(
                f"최소 {reserve.at_least}곳이 그 범위의 선발 규모 {most}곳보다 많습니다.",
                f"The minimum of {reserve.at_least} is above the {most} places there.",
            ),
            text(f"{most} 이하로 적으십시오.", f"Write at most {most}."),
        )


def _group(book: Rulebook, path: Path, group: StartupGroup) -> Iterator[Finding]:
    asked = next((entry for entry in book.form.questions if entry.key == group.question), None)
    if asked is None and any(entry.key == group.question for entry in book.eligibility.questions):
        yield Finding(
            (*path, "question"),
            text(
                f"'{group.question}'은(는) 자가진단 문항입니다. 신청할 수 있는 기업은 모두 똑같이 답하므로 기업을 나누지 못합니다.",
                f"'{group.question}' is a question of the self-check: all who may apply answer it alike, so it tells no "
                "startups apart.",
            ),
            text(
                "신청서에 선택형이나 예·아니요 항목을 두고 그 키를 적으십시오.",
                "Ask a choice or a yes-or-no question in the form, and name it here.",
            ),
        )
        return
    if asked is None or asked.type not in ("choice", "multi_choice", "boolean"):
        kinds = [entry.key for entry in book.form.questions if entry.type in ("choice", "multi_choice", "boolean")]
        yield unknown(
            (*path, "question"), group.question, "선택형 또는 예·아니요 항목", "choice or yes-or-no question", kinds
        )
        return
    yield from _answers(path, group, asked)


def _answers(path: Path, group: StartupGroup, asked: FormField) -> Iterator[Finding]:
    if asked.type == "boolean":
        if group.answer is None or group.options:
            yield Finding(
                path,
                text(f"'{asked.key}'은(는) 예·아니요 항목입니다.", f"'{asked.key}' is a yes-or-no question."),
                text(
                    "options 없이 answer: true 또는 false로 적으십시오.", "Write answer: true or false, and no options."
                ),
            )
        return
    options = [option.key for option in asked.options]
    if group.answer is not None or not group.options:
        yield Finding(
            path,
            text(f"'{asked.key}'은(는) 선택형 항목입니다.", f"'{asked.key}' is a choice."),
            text(
                f"answer 없이 options에 보기를 적으십시오. 가능한 값: {', '.join(options)}.",
                f"Write options, and no answer. Allowed: {', '.join(options)}.",
            ),
        )
    for place, option in enumerate(group.options):
        if option not in options:
            yield unknown((*path, "options", str(place)), option, "보기", "option", options)
