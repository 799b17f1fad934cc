"""What the rulebook alone tells of a matching's budgets and group reserves: money that never pays for the places, minima that no
budget pays for."""

from __future__ import annotations

from collections.abc import Iterator

from didimdol.kernel.words import Text, text
from didimdol.programmes.matching_words import quoted, won
from didimdol.programmes.rulebook import MatchingBudget, Rulebook
from didimdol.programmes.rulebook.checks.matching import places_within
from didimdol.programmes.rulebook.matching import Reach
from didimdol.rehearsal.findings import Finding, Severity


def unpayable(book: Rulebook) -> Iterator[Finding]:
    """A budget below what its places take at the least (blocking), or at the most (a warning)."""
    least = least_asked(book)
    for budget in book.matching.budgets:
        count = places_within(book, budget)
        rule, name = f"matching.budgets.{budget.key}.amount", quoted(budget.name)
        if count * least > budget.amount:
            yield _found(
                Severity.BLOCKING,
                rule,
                _too_little(
                    name, count, least, budget.amount, "아무리 적게 신청해도", "even at the least they may ask for"
                ),
                text(
                    f"{rule}: {won(count * least)['ko']} 이상으로 늘리거나 선발 규모나 기업당 금액을 줄이십시오.",
                    f"Raise {rule} to {won(count * least)['en']} at least, or lower the places or what each may ask for.",
                ),
            )
        elif count * book.grant.cap > budget.amount:
            yield _found(
                Severity.WARNING,
                rule,
                _too_little(
                    name, count, book.grant.cap, budget.amount, "모두 한도까지 신청하면", "if all ask for the cap"
                ),
                text(
                    f"{rule}: {won(count * book.grant.cap)['ko']}까지 늘리거나 grant.cap을 줄이십시오. 그대로 두면 매칭되지 않는 기업이 있을 수 있습니다.",
                    f"Raise {rule} to {won(count * book.grant.cap)['en']}, or lower grant.cap. As it is, startups may be left unmatched.",
                ),
            )
        yield from _minima(book, budget, least)


def least_asked(book: Rulebook) -> int:
    """What every startup takes of a budget at the least."""
    asked = next((entry for entry in book.form.questions if entry.key == book.grant.requested_in), None)
    return book.grant.cap if asked is None else asked.minimum or 0


def _minima(book: Rulebook, budget: MatchingBudget, least: int) -> Iterator[Finding]:
    """A minimum inside the budget's demands that it does not pay for."""
    for reserve in book.matching.reserves:
        if not _covers(book, budget, reserve) or reserve.at_least * least <= budget.amount:
            continue
        rule = f"matching.reserves.{reserve.key}.at_least"
        yield _found(
            Severity.BLOCKING,
            rule,
            text(
                f"할당 {quoted(reserve.name)['ko']}: {reserve.at_least}곳 이상이어야 하지만, 예산 {quoted(budget.name)['ko']} 안에서는 "
                f"많아야 {budget.amount // least}곳을 매칭할 수 있습니다.",
                f"The group reserve {quoted(reserve.name)['en']} asks for {reserve.at_least} at least; the budget "
                f"{quoted(budget.name)['en']} pays for {budget.amount // least} at most.",
            ),
            text(
                f"{rule}: {budget.amount // least} 이하로 낮추거나, matching.budgets.{budget.key}.amount 값을 늘리십시오.",
                f"Lower {rule} to {budget.amount // least}, or raise matching.budgets.{budget.key}.amount.",
            ),
        )


def _covers(book: Rulebook, outer: Reach, inner: Reach) -> bool:
    """Whether every demand of the one is one of the other."""
    if not outer.fields and not outer.companies:
        return True
    if outer.fields:
        fields = inner.fields or [
            entry.key
            for entry in book.fields
            if not inner.companies or entry.demand_company is None or entry.demand_company in inner.companies
        ]
        return set(fields) <= set(outer.fields)
    return bool(inner.companies) and set(inner.companies) <= set(outer.companies)


def _too_little(name: Text, count: int, each: int, amount: int, ko: str, en: str) -> Text:
    whole = won(count * each)
    return text(
        f"매칭 예산 {name['ko']}의 범위에서 {count}곳을 선발하는데, {ko} {whole['ko']}이 들어 예산 {won(amount)['ko']}을 넘습니다.",
        f"The budget {name['en']} of the matching is about {count} places: {en} they take {whole['en']}, above {won(amount)['en']}.",
    )


def _found(severity: Severity, rule: str, what: Text, change: Text) -> Finding:
    return Finding(severity, "matching", what, change, rule, "rulebook")
