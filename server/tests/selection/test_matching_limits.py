"""Budgets and group reserves: on the matching's page, to each side, in the record; why there is no matching, and the way out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.kernel import clock
from didimdol.notices.models import Message
from didimdol.people.models import Person
from didimdol.programmes.models import Challenge
from didimdol.programmes.models import Rulebook as StoredRulebook
from didimdol.programmes.rulebook import from_canonical
from didimdol.records import keys
from didimdol.records.models import AuditEvent
from didimdol.selection import actions, queries
from didimdol.selection.matching_board import board_of
from didimdol.selection.matching_clash import NoMatching, clash_of
from didimdol.selection.matching_limits import limit_rows
from didimdol.selection.matching_market import inputs_from, market_of
from didimdol.selection.models import Matching
from didimdol_decide import cli
from didimdol_decide.matching import Infeasible, MatchingInputs, compute, recompute_matching
from server.tests import worlds
from server.tests.selection.market import Market, make

SignedIn = Callable[[Person], Client]
#: 01 and 03 compete in laptop, 02 is robot's; 05 and 04 are their reserves
ASKS = {1: 80_000_000, 2: 50_000_000, 3: 60_000_000, 4: 50_000_000, 5: 90_000_000, 6: 70_000_000}
QUESTIONS = [
    {"key": "money", "type": "money", "label": {"ko": "신청 금액", "en": "Amount"}, "maximum": 100_000_000},
    {
        "key": "age",
        "type": "choice",
        "label": {"ko": "창업 단계", "en": "Age"},
        "options": [
            {"key": "early", "label": {"ko": "초기", "en": "Early"}},
            {"key": "grown", "label": {"ko": "도약기", "en": "Grown"}},
        ],
    },
]


def limit(key: str, **rule: Any) -> dict[str, Any]:
    return {"key": key, "name": {"ko": f"{key} 규칙", "en": f"{key} rule"}, **rule}


LAPTOPS = limit("laptops", fields=["laptop"], amount=100_000_000)
EARLY = {"question": "age", "options": ["early"]}


def limited(*, early: tuple[int, ...] = (), **rules: Any) -> Market:
    """A released selection whose matching has these rules. ``early``: who answered so; the others are grown."""

    def change(book: Any) -> None:
        book["form"]["sections"][0]["fields"] += QUESTIONS
        book["grant"]["requested_in"] = "money"
        book["matching"] = {"method": "best_value", **rules}

    return make(change, lambda number: {"money": ASKS[number], "age": "early" if number in early else "grown"})


def page(browser: Client, url: str, lang: str = "ko") -> str:
    answer = browser.get(url, headers={"accept-language": lang})
    assert answer.status_code == 200
    return answer.content.decode()


def after_closing(matching: Matching) -> Matching:
    assert matching.closes_at is not None
    clock.move_to(matching.closes_at + timedelta(hours=1))
    return matching


# --- a budget decides ----------------------------------------------------------------------------------------------


@pytest.fixture
def tight(db: None) -> Market:
    """The two laptops ask for 140 million, the budget of their field has 100."""
    return limited(budgets=[LAPTOPS])


def test_a_budget_is_kept_shown_and_told_to_each_side(tight: Market, signed_in: SignedIn) -> None:
    matching = tight.computed()
    manager = signed_in(tight.world.manager)
    seen = page(manager, matching.get_absolute_url())
    assert "2곳이 신청한 140,000,000원" in seen
    assert "받으면 &#x27;예산 laptops 규칙&#x27;을(를) 지킬 수 없습니다" in seen
    (row,) = limit_rows_of(matching)
    assert (row.used["ko"], row.left["ko"]) == ("80,000,000원 (1곳)", "20,000,000원")
    assert row.used["ko"] in seen
    assert "예산과 할당을 지키면서 서로를 더 원하는" in seen
    assert "Left" in page(manager, matching.get_absolute_url(), "en")
    matching = actions.release_matching(actor=tight.releaser, matching=matching)
    assert set(tight.pairs()) == {"01", "02"}
    # who was left and whose demand got nobody is told so
    sent = Message.objects.unscoped(why="test").filter(subject__startswith="매칭 결과")
    startups = {ceo.pk for ceo in tight.world.ceos}
    assert {message.person_id for message in sent if message.person_id in startups} == {tight.world.ceos[2].pk}
    assert any("기업이 정해지지 않았습니다" in message.body for message in sent)
    # the startup that was left: which rule, and nobody's amount
    own = page(signed_in(tight.world.ceos[2]), tight.place("03").get_absolute_url())
    assert "예산 ‘laptops 규칙’ 때문에 함께할 수 없습니다" in own
    assert "100,000,000원까지" in own
    # both demands, the company's page: which rule, no startup, no amount
    first, second, _ = tight.demands
    company = signed_in(tight.person_of(first))
    told = [page(company, f"/selection/matchings/{matching.pk}/demands/{demand.pk}/") for demand in (first, second)]
    assert sum("새싹01" in text for text in told) == 1, "whom it works with"
    for text in (*told, own):
        assert "때문에 함께할 수 없습니다" in text
        for secret in ("80,000,000", "60,000,000", "140,000,000", "20,000,000"):
            assert secret not in text
    for text in told:
        assert "새싹03" not in text
    assert "새싹01" not in own
    events = AuditEvent.objects.unscoped(why="test").filter(type__startswith="selection_match")
    assert "000000" not in json.dumps([event.facts for event in events])


def limit_rows_of(matching: Matching) -> Any:
    return board_of(matching).limits


def test_the_record_is_recomputed_without_the_server_and_read_by_managers_and_auditors_alone(
    tight: Market, tmp_path: Path, signed_in: SignedIn
) -> None:
    matching = tight.released()
    company, world = tight.person_of(tight.demands[0]), tight.world
    readers = (world.manager, world.auditor, world.coordinator, world.ceos[0], company)
    url = f"{matching.get_absolute_url()}record/"
    assert [signed_in(who).get(url).status_code for who in readers] == [200, 200, 403, 404, 404]
    matching = Matching.objects.within(pk=matching.pk).select_related("record").get()
    assert matching.record is not None
    document = matching.record.document
    assert document["payload"]["inputs"]["budgets"][0]["amount"] == "100000000"
    assert recompute_matching(document, keys=keys.published()).ok
    file, known = tmp_path / "record.json", tmp_path / "keys.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    known.write_text(json.dumps(keys.published()), encoding="utf-8")
    assert cli.main(["recompute", str(file), "--keys", str(known)]) == 0
    document["payload"]["inputs"]["budgets"][0]["amount"] = "70000000"
    assert not recompute_matching(document, keys=keys.published()).ok


def test_without_a_budget_no_amount_enters_the_record(market: Market) -> None:
    assert all("cost" not in startup for startup in market.computed().inputs["startups"])


def test_giving_up_is_previewed_within_the_budget(tight: Market, signed_in: SignedIn) -> None:
    """05 is next in line and asks for 90 million: with 01 gone the budget pays for one of 03 and 05."""
    tight.released()
    url = f"{tight.place('01').get_absolute_url()}give-up/"
    seen = page(signed_in(tight.world.manager), url)
    assert "다음 예비 기업은 새싹05" in seen
    calm = seen[seen.index("확정된 짝을 지킬 때") : seen.index("모두 다시 매칭한다면")]
    placed = [name for name in ("새싹03", "새싹05") if name in calm]
    assert len(placed) == 1, "03 and 05 together ask for more than there is"


# --- group reserves ------------------------------------------------------------------------------------------------


def test_each_demand_takes_at_least_one(db: None, signed_in: SignedIn) -> None:
    """Both laptops want the first demand, which would take both."""
    market = limited(reserves=[limit("each", each_demand=True, at_least=1)])
    market.confirm("01", "02", "03")
    matching = market.open()
    for number in ("01", "03"):
        actions.give_preference(
            actor=market.ceo(number), matching=matching, place=market.place(number), order=[market.demands[0]]
        )
    matching = actions.compute_matching(actor=market.manager, matching=after_closing(matching))
    assert {pair["demand"] for pair in matching.outcome["pairs"]} == {str(demand.pk) for demand in market.demands}
    seen = page(signed_in(market.world.manager), matching.get_absolute_url(), "en")
    assert seen.count("minimum reached") == 3
    assert "for each demand" in seen
    matching = actions.release_matching(actor=market.releaser, matching=matching)
    left = next(number for number in ("01", "03") if market.pairs()[number] and number_of(market, number) == 1)
    own = page(signed_in(market.world.ceos[int(left) - 1]), market.place(left).get_absolute_url())
    assert "할당 ‘each 규칙’ 때문에 함께할 수 없습니다 (모든 수요마다, 기업 1곳 이상)" in own


def number_of(market: Market, number: str) -> int:
    """Which of the demands it was matched with."""
    match = queries.match_of(market.place(number))
    assert match is not None
    return [demand.pk for demand in market.demands].index(match.demand_id)


@pytest.fixture
def stuck(db: None) -> Market:
    """Robot must take an early startup; its only one is grown."""
    return limited(early=(3, 4), reserves=[limit("young", fields=["robot"], of=EARLY, at_least=1)])


def test_no_matching_is_explained_with_a_way_out_that_works(stuck: Market, signed_in: SignedIn) -> None:
    stuck.confirm("01", "02", "03")
    matching = stuck.open()
    after_closing(matching)
    with pytest.raises(NoMatching) as refused:
        actions.compute_matching(actor=stuck.manager, matching=matching)
    assert refused.value.message["en"] == (
        "No matching keeps all the rules. These cannot hold together: "
        "the group reserve “young rule”: at least 1 (startups to be matched: 0)."
    )
    assert refused.value.ways == [
        {"ko": "할당 ‘young 규칙’: 최소 1곳 → 0곳", "en": "the group reserve “young rule”: minimum 1 to 0"}
    ]
    manager, coordinator = signed_in(stuck.world.manager), signed_in(stuck.world.coordinator)
    url, amend = matching.get_absolute_url(), f"/challenges/{stuck.world.challenge.slug}/manage/amend/"
    for path in (url, f"{url}compute/"):
        seen = page(manager, path)
        assert "할당 ‘young 규칙’: 최소 1곳 (매칭할 수 있는 기업 0곳)" in seen
        assert "변경 공고에서 matching.reserves.young 지우기" in seen
        assert f'href="{amend}"' in seen
        other = page(coordinator, path)
        assert "사업 담당이 합니다" in other
        assert f'href="{amend}"' not in other
    assert f'href="{url}compute/"' not in page(manager, url), "no button that is refused"
    answer = manager.post(f"{url}compute/")
    assert answer.status_code == 422
    assert "가장 적은 조치" in answer.content.decode()
    assert manager.get(amend).status_code == 200
    amended(manager, amend, rulebook_with([]))
    assert "예산과 할당을 완화했습니다" in page(Client(), f"/challenges/{stuck.world.challenge.slug}/")
    assert "가장 적은 조치" not in page(manager, url)
    matching = actions.compute_matching(actor=stuck.manager, matching=Matching.objects.within(pk=matching.pk).get())
    assert len(matching.outcome["pairs"]) == 3


def rulebook_with(reserves: list[Any]) -> str:
    def change(book: Any) -> None:
        book["form"]["sections"][0]["fields"] += QUESTIONS
        book["grant"]["requested_in"] = "money"
        book["matching"] = {"method": "best_value", "reserves": reserves}

    return worlds.small_rulebook(change=change)


def amended(browser: Client, url: str, source: str) -> None:
    """The amendment that the page names, through its two steps."""
    file = SimpleUploadedFile("small.yaml", source.encode())
    preview = browser.post(url, {"file": file, "reason": "해당하는 기업이 남지 않았습니다."})
    assert preview.status_code == 200
    seen = preview.content.decode()
    assert "matching.reserves.young" in seen
    assert "매칭의 예산과 할당만 완화합니다" in seen
    values = {name: preview.context["form"][name].value() for name in ("text", "filename", "reason", "digest")}
    assert browser.post(url, values).status_code == 302


def test_after_the_result_a_reserve_is_not_moved_to_another_field(stuck: Market, signed_in: SignedIn) -> None:
    source = rulebook_with([limit("young", fields=["laptop"], of=EARLY, at_least=1)])
    url = f"/challenges/{stuck.world.challenge.slug}/manage/amend/"
    file = SimpleUploadedFile("small.yaml", source.encode())
    answer = signed_in(stuck.world.manager).post(url, {"file": file, "reason": "사유"})
    assert answer.status_code == 422
    assert "완화하는 것만 바꿀 수 있습니다. 완화가 아닌 것: matching.reserves.young" in answer.content.decode()


def test_a_withdrawal_that_leaves_no_matching_is_told_before(db: None, signed_in: SignedIn) -> None:
    market = limited(early=(1, 3), reserves=[limit("two", fields=["laptop"], of=EARLY, at_least=2)])
    matching = market.released()
    seen = page(signed_in(market.world.manager), matching.get_absolute_url())
    assert "‘노트북’ 분야의 수요에서, 신청서 ‘창업 단계’에 ‘초기’(으)로 답한 기업 2곳 이상" in seen
    assert "최소를 채움" in seen
    seen = page(signed_in(market.world.manager), f"{market.place('01').get_absolute_url()}give-up/")
    assert "규칙을 모두 지키는 매칭이 없는 까닭" in seen
    assert "할당 ‘two 규칙’: 최소 2곳 → 1곳" in seen, "told as the rulebook has it, with the pair that stands"


def test_both_sides_read_the_rules_before_they_give_an_order(tight: Market, signed_in: SignedIn) -> None:
    tight.confirm("01", "02", "03")
    matching = tight.open()
    own = page(
        signed_in(tight.world.ceos[0]), f"/selection/matchings/{matching.pk}/places/{tight.place('01').pk}/", "en"
    )
    demand = tight.demands[0]
    company = page(signed_in(tight.person_of(demand)), f"/selection/matchings/{matching.pk}/demands/{demand.pk}/", "en")
    for seen in (own, company):
        assert "<dt>The budget “laptops rule”</dt>" in seen
        assert "ask for KRW 100,000,000 together at most" in seen
    assert "평가 순위대로<" not in page(signed_in(tight.world.manager), matching.get_absolute_url())
    actions.give_preference(actor=tight.of_company(demand), matching=matching, demand=demand, order=[], capacity=1)
    seen = page(signed_in(tight.world.manager), matching.get_absolute_url())
    assert seen.count("평가 순위대로<") == 1, "a company that named nobody takes them as the panel ranks them"
    notice = page(Client(), f"/challenges/{tight.world.challenge.slug}/")
    assert (
        "laptops 규칙: ‘노트북’ 분야의 수요에서, 매칭된 기업들이 신청한 협력자금을 모두 더해 100,000,000원까지"
        in notice
    )


# --- whatever the rules and answers --------------------------------------------------------------------------------


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """Of a matching, as a file says it."""
    where = st.sampled_from([{}, {"fields": ["laptop"]}, {"fields": ["robot"]}, {"companies": ["river"]}])
    budgets = [
        limit(f"b{n}", **draw(where), amount=draw(st.integers(10, 24)) * 10_000_000)
        for n in range(draw(st.integers(0, 2)))
    ]
    reserves = []
    for n in range(draw(st.integers(0, 3))):
        least = draw(st.integers(0, 2))
        most = draw(st.none() | st.integers(least, 3)) if least else draw(st.integers(0, 2))
        of = draw(st.sampled_from([None, EARLY, {"question": "age", "options": ["grown"]}]))
        each = draw(st.booleans())
        reserves.append(limit(f"r{n}", **draw(where), of=of, each_demand=each, at_least=least, at_most=most))
    return {"budgets": budgets, "reserves": reserves}


def test_budgets_and_reserves_hold_or_the_clash_is_explained_by_ways_that_work(db: None) -> None:
    market = limited(budgets=[LAPTOPS])
    market.confirm("01", "02", "03")
    challenge = Challenge.objects.within(pk=market.world.challenge.pk).select_related("rulebook").get()
    assert challenge.rulebook is not None
    canonical = challenge.rulebook.canonical
    found = market_of(challenge)

    def inputs_under(said: dict[str, Any]) -> MatchingInputs:
        book = from_canonical({**canonical, "matching": {**canonical["matching"], **said}})
        challenge.rulebook = StoredRulebook(challenge=challenge, canonical=book.canonical(), digest=book.digest())
        return inputs_from(challenge, found, [])

    @settings(max_examples=40, deadline=None)
    @given(
        rules(), st.lists(st.integers(1, 10), min_size=3, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3)
    )
    def check(said: dict[str, Any], asks: list[int], early: list[bool]) -> None:
        answers = {}
        for place, ask, young in zip(found.places, asks, early, strict=True):
            money = ask * 10_000_000
            place.application.answers = {"money": money, "age": "early" if young else "grown"}
            answers[str(place.pk)] = (money, "early" if young else "grown")
        inputs = inputs_under(said)
        try:
            outcome = compute(inputs)
        except Infeasible:
            clash = clash_of(challenge, inputs)
            assert clash is not None
            assert clash.ways or clash.together
            for ways in [[way] for way in clash.ways if way.rule] or [clash.together]:
                changed = json.loads(json.dumps(said))
                for way in ways:
                    assert way.rule is not None
                    part, (key, _, name) = way.rule[0], way.rule[1].partition(".")
                    next(row for row in changed[part] if row["key"] == key)[name] = way.value
                kept = [row for row in changed["reserves"] if row["at_least"] or row["at_most"] is not None]
                compute(inputs_under({**changed, "reserves": kept}))  # not Infeasible any more
            return
        field_of = {str(demand.pk): demand.field.key for demand in market.demands}
        at = {pair.startup: pair.demand for pair in outcome.pairs}
        river = {"laptop"}
        for budget in said["budgets"]:
            inside = set(budget.get("fields", [])) or (river if "companies" in budget else {"laptop", "robot"})
            spent = sum(answers[startup][0] for startup, demand in at.items() if field_of[demand] in inside)
            assert spent <= budget["amount"]
        for reserve in said["reserves"]:
            inside = set(reserve.get("fields", [])) or (river if "companies" in reserve else {"laptop", "robot"})
            demands = [demand for demand, field in field_of.items() if field in inside]
            for group in [[demand] for demand in demands] if reserve["each_demand"] else [demands]:
                taken = sum(
                    demand in group and (reserve["of"] is None or answers[startup][1] in reserve["of"]["options"])
                    for startup, demand in at.items()
                )
                assert taken >= reserve["at_least"]
                assert reserve["at_most"] is None or taken <= reserve["at_most"]
        rows = limit_rows(from_canonical(challenge.rulebook.canonical), inputs, outcome.pairs, {})
        assert len(rows) == len(inputs.budgets) + len(inputs.reserves)
        assert not any(row.short for row in rows)

    check()
