"""Panels that the rulebook wants drawn: could they be, from as many experts as are planned? If not, why, and what helps.

The invented experts are half women and half market experts, in every combination.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.rulebook import PanelRules
from didimdol.rehearsal.findings import ONE_OF, Finding, Severity
from didimdol.rehearsal.panels import Load
from didimdol_decide.drawing import CannotTell, Explanation, NoWay, Panel, Person, Pool, Quota, check, explain

GENDER = (text("여성", "women"), text("남성", "men"))
TRADE = (text("시장 전문가", "market experts"), text("기술 전문가", "technical experts"))


def undrawable(loads: list[Load], experts: int) -> Iterator[Finding]:
    """A warning for each stage whose panels of experts cannot be drawn from ``experts`` people."""
    for load in loads:
        rules = load.stage.panel
        if rules is None or rules.draw != "random" or not 0 < load.expert_seats <= experts:
            continue  # fewer people than one panel has seats: told when they are seated
        told = {lang: _explained(pool_of(load, rules, experts, lang)) for lang in ("ko", "en")}
        if told["ko"] is not None and told["en"] is not None:
            yield _finding(load, experts, told["ko"], told["en"])


def pool_of(load: Load, rules: PanelRules, experts: int, lang: str) -> Pool:
    """The pool in one language: the names of its groups stand in the explanation."""
    name = pick(text(load.stage.name.ko, load.stage.name.en or load.stage.name.ko), lang)
    count = rules.panels or 1
    groups = [{"gender": pick(GENDER[n % 2], lang), "trade": pick(TRADE[n // 2 % 2], lang)} for n in range(experts)]
    return Pool(
        people=tuple(Person(id=f"p{n:03d}", groups=given) for n, given in enumerate(groups)),
        panels=tuple(
            Panel(id=name if count == 1 else f"{name} {n:02d}", seats=load.expert_seats) for n in range(1, count + 1)
        ),
        quotas=tuple(
            Quota(attribute=attribute, values=(pick(group, lang),), minimum_share=percent / Decimal(100))
            for attribute, group, percent in (
                ("gender", GENDER[0], rules.women_percent),
                ("trade", TRADE[0], rules.market_experts_percent),
            )
            if percent
        ),
        panels_each=1,
        max_per_organisation=None,
    )


def _explained(pool: Pool) -> Explanation | None:
    try:
        check(pool)
    except (NoWay, CannotTell) as problem:
        return explain(pool, problem)
    return None


def _finding(load: Load, experts: int, ko: Explanation, en: Explanation) -> Finding:
    def both(kind: str) -> tuple[Text, ...]:
        pairs = zip(getattr(ko, kind), getattr(en, kind), strict=True)
        return tuple(
            text(_plain(first.message.ko), _plain(second.message.in_language("en"))) for first, second in pairs
        )

    repairs = both("repairs")
    return Finding(
        Severity.WARNING,
        "panel",
        text(
            f"외부 전문가 {experts}명(여성 절반, 시장 전문가 절반으로 가정)으로는 평가단을 추첨할 수 없습니다. {ko.summary.ko}",
            f"From {experts} external experts (half women, half market experts assumed) the panels cannot be drawn. {en.summary.in_language('en')}",
        ),
        ONE_OF
        if repairs
        else text("여러 가지를 함께 바꾸어야 합니다.", "Several of them have to change together."),
        f"evaluation.stages.{load.stage.key}.panel",
        "rulebook",
        told=both("clash"),
        ways=repairs,
    )  # fmt: skip


def _plain(words: str) -> str:
    """Without the keys of the groups, whose names say it all."""
    return words.replace("gender ", "").replace("trade ", "")
