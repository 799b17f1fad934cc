"""Why no matching keeps the rules, with names, and the least that would help: for the pages, a refusal and a rehearsal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.matching_words import won
from didimdol.programmes.models import Challenge, Field
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import GroupReserve, MatchingBudget
from didimdol.selection.matching_limits import limit_at, limit_name
from didimdol.selection.matching_market import ALL, inputs_of
from didimdol.selection.models import Matching
from didimdol_decide.matching import MatchingInputs
from didimdol_decide.matching.clash import Clash as EngineClash
from didimdol_decide.matching.clash import Repair, explain
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.rules import Rule
from didimdol_decide.matching.rules import rules_of as engine_rules

#: of one search, in the solver's deterministic time: a page waits for it
EFFORT = 2.0

SAID = text(
    "모든 규칙을 지키는 매칭이 없습니다. 다음을 함께 지킬 수 없습니다:",
    "No matching keeps all the rules. These cannot hold together:",
)


@dataclass(frozen=True, slots=True)
class Way:
    """One change. ``how``: where it is made; ``value``: the rulebook's number after it, by its key."""

    what: Text
    how: Text
    url: str
    rule: tuple[str, str] | None = None
    value: int = 0


@dataclass(frozen=True, slots=True)
class Clash:
    """``rules``: the fewest that cannot hold together (``smallest``: proved). ``ways``: each is enough alone; ``together``:
    to be made all at once, where none is. Each was found by solving again."""

    rules: list[Text]
    smallest: bool
    ways: list[Way]
    together: list[Way]

    @property
    def message(self) -> Text:
        ko, en = ("; ".join(rule[lang] for rule in self.rules) for lang in ("ko", "en"))
        return text(f"{SAID['ko']} {ko}.", f"{SAID['en']} {en}.")

    @property
    def told_ways(self) -> list[Text]:
        """Each is enough alone."""
        if self.ways:
            return [way.what for way in self.ways]
        ko, en = (", ".join(way.what[lang] for way in self.together) for lang in ("ko", "en"))
        return [text(f"모두 함께: {ko}", f"all of these together: {en}")]


class NoMatching(BadInput):
    """No matching keeps the rules."""

    def __init__(self, clash: Clash) -> None:
        self.clash = clash
        self.ways = clash.told_ways
        ko, en = (" ".join(f"({n}) {way[lang]}." for n, way in enumerate(self.ways, start=1)) for lang in ("ko", "en"))
        super().__init__(
            "no_matching", clash.message, text(f"다음 가운데 하나면 됩니다: {ko}", f"One of these is enough: {en}")
        )


def clash_of(challenge: Challenge, inputs: MatchingInputs) -> Clash | None:
    """None where there is a matching, or none was proved impossible. Nothing is solved where nothing has a minimum:
    then nobody need be matched."""
    if not any(reserve.at_least for reserve in inputs.reserves):
        return None
    found = explain(inputs, effort=EFFORT)
    return _Telling(challenge, inputs).told(found) if found else None


def clash_now(matching: Matching) -> Clash | None:
    """Of a matching that is still to be computed, or to be computed again since something changed."""
    if matching.state not in ("open", "computed") or not rules_of(matching.challenge).matching.reserves:
        return None
    inputs = inputs_of(matching)
    if matching.state == "computed" and inputs.as_json() == matching.inputs:
        return None
    return clash_of(matching.challenge, inputs)


class _Telling:
    def __init__(self, challenge: Challenge, inputs: MatchingInputs) -> None:
        self.challenge, self.book = challenge, rules_of(challenge)
        self.rules: dict[tuple[str, str], Rule] = {(rule.kind, rule.key): rule for rule in engine_rules(Market(inputs))}
        known = Demand.objects.within(challenge=challenge, pk__in=[demand.id for demand in inputs.demands])
        self.demands: dict[str, Demand] = {str(demand.pk): demand for demand in known}
        self.fields = {field.key: field for field in Field.objects.within(challenge=challenge)}
        self.reserves = {reserve.key: reserve for reserve in inputs.reserves}

    def told(self, found: EngineClash) -> Clash:
        return Clash(
            rules=[self._rule(self.rules[rule.kind, rule.key]) for rule in found.rules],
            smallest=found.smallest,
            ways=_once(way for repair in found.repairs if (way := self._way(repair)) is not None),
            together=_once(way for repair in found.together if (way := self._way(repair)) is not None),
        )

    def _name(self, key: str) -> Text:
        rule = limit_at(self.book, key)
        if rule is None:
            if key in self.demands:
                title = self.demands[key].title
                return text(f"수요 ‘{pick(title, 'ko')}’", f"the demand “{pick(title, 'en')}”")
            if key == ALL:
                return text("전체 선발 규모", "the places of all fields")
            name = self.fields[key].name if key in self.fields else text(key, key)
            return text(f"분야 정원 ‘{pick(name, 'ko')}’", f"the quota of “{pick(name, 'en')}”")
        name = limit_name(rule)
        if isinstance(rule, GroupReserve) and rule.each_demand:
            title = self.demands[self.reserves[key].demands[0]].title
            return text(f"{name['ko']} ({pick(title, 'ko')})", f"{name['en']} ({pick(title, 'en')})")
        return name

    def _rule(self, rule: Rule) -> Text:
        name, number = self._name(rule.key), abs(rule.written)
        there = len({startup for startup, _ in rule.weights})
        stand = abs(rule.standing)
        if rule.kind == "budget":
            amount, spent = won(number), won(stand)
            kept = (
                text(f" (유지하는 짝이 {spent['ko']} 사용)", f" ({spent['en']} used by pairs that stand)")
                if stand
                else _NONE
            )
            return _put(name, text(f"{amount['ko']}까지", f"at most {amount['en']}"), kept)
        kept = text(f", 유지하는 짝 {stand}곳", f", pairs that stand: {stand}") if stand else _NONE
        who = text(f" (매칭할 수 있는 기업 {there}곳{kept['ko']})", f" (startups to be matched: {there}{kept['en']})")
        if rule.kind == "at_least":
            return _put(name, text(f"최소 {number}곳", f"at least {number}"), who)
        return _put(name, text(f"최대 {number}곳", f"at most {number}"), who)

    def _way(self, repair: Repair) -> Way | None:
        """None for a quota: the places are given out with the result, and stand."""
        rule, before, after = limit_at(self.book, repair.key), int(repair.before), int(repair.after)
        name = self._name(repair.key) if rule is None else limit_name(rule)
        if rule is not None:
            return self._amend(rule, repair.kind, name, before, after)
        if repair.kind != "capacity" or repair.key not in self.demands:
            return None
        return Way(
            text(
                f"{name['ko']}의 받을 기업 수: {before}곳 → {after}곳",
                f"startups that {name['en']} takes: {before} to {after}",
            ),
            text(
                "수요기업이 순위 화면의 ‘받을 기업 수’에서 정합니다. 순위 입력이 끝났으면 이 매칭을 취소하고 다시 열어 주십시오.",
                "The company says so beside its order. Once orders are closed, call this matching off and open another.",
            ),
            self.demands[repair.key].get_absolute_url(),
        )

    def _amend(self, rule: MatchingBudget | GroupReserve, kind: str, name: Text, before: int, after: int) -> Way:
        part = "budgets" if isinstance(rule, MatchingBudget) else "reserves"
        field = {"budget": "amount", "at_least": "at_least", "at_most": "at_most"}[kind]
        if kind == "budget":
            old, new = won(before), won(after)
            what = text(f"{name['ko']}: {old['ko']} → {new['ko']}", f"{name['en']}: {old['en']} to {new['en']}")
        else:
            bound = text("최소", "minimum") if kind == "at_least" else text("최대", "maximum")
            what = text(
                f"{name['ko']}: {bound['ko']} {before}곳 → {after}곳",
                f"{name['en']}: {bound['en']} {before} to {after}",
            )
        path = f"matching.{part}.{rule.key}"
        gone = kind == "at_least" and after == 0 and isinstance(rule, GroupReserve) and rule.at_most is None
        how = (
            text(f"변경 공고에서 {path} 지우기", f"in an amendment: remove {path}")
            if gone
            else text(f"변경 공고에서 {path}.{field}: {after}", f"in an amendment: {path}.{field}: {after}")
        )
        return Way(
            what,
            how,
            reverse("programmes:amend", args=[self.challenge.slug]),
            (part, f"{rule.key}.{field}"),
            after,
        )


_NONE = text("", "")


def _put(name: Text, number: Text, more: Text) -> Text:
    return text(f"{name['ko']}: {number['ko']}{more['ko']}", f"{name['en']}: {number['en']}{more['en']}")


def _once(ways: Iterable[Way]) -> list[Way]:
    """With ``each_demand`` several repairs are one number of the rulebook: the lowest is enough for all."""
    found: dict[object, Way] = {}
    for way in ways:
        key = way.rule or way.url
        if key not in found or way.value < found[key].value:
            found[key] = way
    return list(found.values())
