"""Budgets and group reserves of a matching as sentences: for the notice, and for those who were matched by them."""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import GroupReserve, MatchingBudget, Rulebook, StartupGroup
from didimdol.programmes.rulebook.base import Text as RuleText
from didimdol.programmes.rulebook.matching import Reach


def named(words: RuleText) -> Text:
    """Of the rulebook, where English may be missing."""
    return text(words.ko, words.en or words.ko)


def quoted(words: RuleText) -> Text:
    return text(f"‘{words.ko}’", f"“{words.en or words.ko}”")


def won(amount: int) -> Text:
    return text(f"{amount:,}원", f"KRW {amount:,}")


def budget_words(rules: Rulebook, budget: MatchingBudget) -> Text:
    where, amount = where_words(rules, budget), won(budget.amount)
    return text(
        f"{where['ko']} 매칭된 기업들이 신청한 협력자금을 모두 더해 {amount['ko']}까지",
        f"the startups matched {where['en']} ask for {amount['en']} together at most",
    )


def reserve_words(rules: Rulebook, reserve: GroupReserve) -> Text:
    where = where_words(rules, reserve, each=reserve.each_demand)
    one = (reserve.at_least if reserve.at_most is None else reserve.at_most) == 1
    who, numbers = group_words(rules, reserve.of, one=one), numbers_words(reserve)
    return text(f"{where['ko']} {who['ko']} {numbers['ko']}", f"{numbers['en']} {who['en']} {where['en']}")


def numbers_words(reserve: GroupReserve) -> Text:
    """At least and at most so many."""
    least, most = reserve.at_least, reserve.at_most
    if most is None:
        return text(f"{least}곳 이상", f"at least {least}")
    if not least:
        return text(f"{most}곳 이하", f"at most {most}")
    if least == most:
        return text(f"꼭 {least}곳", f"exactly {least}")
    return text(f"{least}곳 이상 {most}곳 이하", f"at least {least} and at most {most}")


def where_words(rules: Rulebook, reach: Reach, *, each: bool = False) -> Text:
    """Which demands, as where startups are matched: in Korean before, in English behind the number."""
    if reach.fields:
        ko, en = _listed(quoted(entry.name) for entry in rules.fields if entry.key in reach.fields)
        ko, en = f"{ko} 분야의", f"of the field{'s' if len(reach.fields) > 1 else ''} {en}"
    elif reach.companies:
        ko, en = _listed(quoted(entry.name) for entry in rules.parties if entry.key in reach.companies)
        ko, en = f"{ko}의", f"of {en}"
    else:
        ko, en = "모든 분야의" if not each else "모든", "in all fields" if not each else ""
    if each:
        return text(f"{ko} 수요마다,", f"for each demand {en}".strip())
    return text(f"{ko} 수요에서,", f"with demands {en}")


def group_words(rules: Rulebook, group: StartupGroup | None, *, one: bool = False) -> Text:
    """Which startups, by their answer. ``one``: a single one, as English counts."""
    startups = "startup" if one else "startups"
    if group is None:
        return text("기업", "startup") if one else text("기업", "startups")
    asked = next((entry for entry in rules.form.questions if entry.key == group.question), None)
    label = quoted(asked.label) if asked else text(f"‘{group.question}’", f"“{group.question}”")
    if group.answer is not None:
        said = text("예", "yes") if group.answer else text("아니요", "no")
    else:
        options = asked.options if asked else ()
        ko, en = _listed(quoted(option.label) for option in options if option.key in group.options)
        said = text(ko, en)
    return text(
        f"신청서 {label['ko']}에 {said['ko']}(으)로 답한 기업",
        f"{startups} that answered {said['en']} to {label['en']}",
    )


def _listed(names: Iterable[Text]) -> tuple[str, str]:
    every = list(names)
    return ", ".join(name["ko"] for name in every), ", ".join(name["en"] for name in every)
