"""Affinities: reading Korean, BM25 by an independent calculation, and what must hold for any text."""

from __future__ import annotations

import json
import math
from collections import Counter
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide.affinity import Measure, PairAffinity, Settings, Texts
from didimdol_decide.affinity.bm25 import idf
from didimdol_decide.affinity.words import Synonyms, terms, words
from didimdol_decide.assignment import AssignmentProblem

VOCABULARY = [
    *("음성", "음성인식", "소음제거", "신경망", "경량화", "NPU", "저전력", "회로", "라이다", "로봇", "파일"),
    *("형식", "보안", "on-device", "LLM", "대규모", "언어", "모델", "판별합니다", "센서를", "및", "연구"),
]


def texts(applications: dict[str, str], evaluators: dict[str, Any], **more: Any) -> Texts:
    """`texts({"a": "음성 인식"}, {"kim": ["음성인식"]})`: a text each; keywords, or the whole evaluator."""
    return Texts.model_validate(
        {
            "applications": [
                {"id": name, "field": "voice", "passages": [{"text": text}]}
                for name, text in applications.items()
            ],
            "evaluators": [
                {"id": name, **(entry if isinstance(entry, dict) else {"keywords": entry})}
                for name, entry in evaluators.items()
            ],
            **more,
        }
    )


def explained(given_texts: Texts, application: str = "a", evaluator: str = "kim") -> PairAffinity:
    return Measure(given_texts).affinities(application, evaluator).pairs[0]


# --- reading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("음성을 판별합니다", ["음성", "판별"]),
        ("신경망에서의 추론까지", ["신경망", "추론"]),
        ("카메라와 센서는", ["카메라", "센서"]),
        ("NPU를 LLM에서", ["NPU", "LLM"]),
        ("AI반도체 32밀리초 INT8", ["AI", "반도체", "밀리초", "INT8"]),
        ("전문가 평가 회의 고양이", ["전문가", "평가", "회의", "고양"]),
        ("소프트웨어를 만들어 왔습니다. 시스템입니다", ["소프트웨어", "만들어", "시스템"]),
        ("models analysis loss", ["model", "analysis", "loss"]),
        ("ＮＰＵ １２", ["NPU"]),
        ("", []),
    ],
)
def test_words_are_compared_by_their_stem(text: str, stems: list[str]) -> None:
    assert [word.stem for word in words(text)] == [stem.casefold() for stem in stems]


def test_decomposed_hangul_is_the_same_word() -> None:
    assert [word.stem for word in words("음성을")] == ["음성"]


def test_a_compound_counts_as_its_parts_and_a_doubtful_ending_both_ways() -> None:
    assert terms(words("음성인식")) == ["음성", "성인", "인식"]
    assert terms(words("집적회로")) == ["집적", "적회", "회로"]
    assert terms(words("센서로 연구를")) == ["센서", "서로"]


def test_synonyms_are_found_whatever_the_spaces_and_longer_phrases_first() -> None:
    table = Synonyms([("LLM", "대규모 언어 모델"), ("모델", "model")])
    for text in ("대규모 언어 모델을", "대규모언어모델", "LLM이", "llm"):
        assert table.terms([word.stem for word in words(text)]) == ["=LLM"], text
    assert table.terms(["언어", "모델", "model"]) == ["=모델", "=모델"]


def test_english_and_korean_meet_and_the_reason_says_where() -> None:
    found = explained(texts({"a": "음성 인식 엔진", "b": "파일 형식"}, {"kim": ["speech recognition"]}))
    assert [shared.term for shared in found.terms] == ["음성 인식"]
    assert found.text > 0


def test_reasons_are_words_as_the_evaluator_wrote_them() -> None:
    given_texts = texts(
        {"a": "음성인식 신경망으로 NPU에서 돌립니다", "b": "파일"},
        {"kim": ["음성 인식", "경량신경망", "NPU 컴파일러"]},
        synonyms=[],
    )
    assert {shared.term for shared in explained(given_texts).terms} == {"음성", "인식", "신경망", "NPU"}


def test_an_analyser_gives_the_words_where_there_is_one() -> None:
    given_texts = texts({"a": "소리를 알아듣는다", "b": "x"}, {"kim": ["소리 듣기"]})
    measure = Measure(given_texts, lambda text: ["소리", "듣"] if "소리" in text else [])
    pair = measure.affinities("a").pairs[0]
    assert {shared.term for shared in pair.terms} == {"소리", "듣"}
    assert pair.text == 1


# --- numbers ------------------------------------------------------------------------------------------------


def test_the_weights_are_bm25_by_an_independent_calculation() -> None:
    collection = {"a": "voice voice noise edge", "b": "voice file", "c": "robot arm robot robot lidar"}
    found = explained(
        texts(collection, {"kim": ["voice edge lidar"]}, synonyms=[], settings={"full": 2, "text": "1"})
    )
    counted = {name: Counter(text.split()) for name, text in collection.items()}
    mean = sum(sum(count.values()) for count in counted.values()) / 3

    def weight(term: str) -> float:
        often, having = counted["a"][term], sum(term in count for count in counted.values())
        damping = 1.2 * (0.25 + 0.75 * sum(counted["a"].values()) / mean)
        return math.log(1 + (3 - having + 0.5) / (having + 0.5)) * often * 2.2 / (often + damping)

    full = sum(sorted(map(weight, counted["a"]))[-2:])
    expected = min(1.0, (weight("voice") + weight("edge")) / full)
    assert abs(float(found.value) - expected) < 2e-6
    both = weight("voice") + weight("edge")
    for shared in found.terms:
        assert abs(float(shared.value) - expected * weight(shared.term) / both) < 2e-6
    assert {shared.term for shared in found.terms} == {"voice", "edge"}


def test_the_idf_is_a_logarithm_in_billionths_whatever_the_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert idf(1000, 1) == math.floor(math.log(1001 / 1.5) * 1e9)
    assert 0 < idf(5, 5) < idf(5, 1)


def test_field_and_text_make_the_value() -> None:
    given_texts = texts(
        {"a": "음성 인식", "b": "파일"},
        {"own": {"fields": ["voice"]}, "any": {}, "other": {"fields": ["tv"]}, "kim": ["음성 인식"]},
    )
    values = {pair.evaluator: pair.value for pair in Measure(given_texts).affinities("a").pairs}
    assert values == {
        "own": Decimal("0.4"),
        "any": Decimal("0.2"),
        "other": Decimal(0),
        "kim": Decimal("0.8"),
    }


def test_a_sentence_counts_less_than_a_keyword() -> None:
    collection = {"a": "음성 인식 신경망 경량 회로", "b": "파일"}
    keyword = explained(texts(collection, {"kim": ["신경망"]}))
    sentence = explained(texts(collection, {"kim": {"sentence": "신경망"}}))
    assert abs(keyword.text - 2 * sentence.text) <= Decimal("0.000001")
    assert sentence.text > 0


@pytest.mark.parametrize(
    ("bid", "value"),
    [("eager", "0.78"), ("willing", "0.67"), (None, "0.56"), ("reluctant", "0.28")],
)
def test_a_bid_moves_the_value_by_its_share(bid: str | None, value: str) -> None:
    bids = [{"application": "a", "evaluator": "kim", "bid": bid}] if bid else []
    settings = {"text": "0.44", "bids": "0.5"}
    found = explained(texts({"a": "x"}, {"kim": {"fields": ["voice"]}}, bids=bids, settings=settings))
    assert found.value == Decimal(value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"applications": [{"id": "a", "passages": []}] * 2},
        {"evaluators": [{"id": "e"}, {"id": "e"}]},
        {"bids": [{"application": "nobody", "evaluator": "kim", "bid": "eager"}]},
        {"conflicts": [{"application": "a", "evaluator": "nobody"}]},
        {"bids": [{"application": "a", "evaluator": "kim", "bid": bid} for bid in ("eager", "willing")]},
        {"settings": {"text": 0.5}},
        {"settings": {"b": "1.1"}},
        {"synonyms": [["alone"]]},
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    good = texts({"a": "x"}, {"kim": ["x"]}).model_dump(mode="json")
    with pytest.raises(ValidationError):
        Texts.model_validate({**good, **wrong})


# --- for any text -------------------------------------------------------------------------------------------

SOME = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)


@st.composite
def collections(draw: st.DrawFn) -> dict[str, Any]:
    """Texts with bids and conflicts, as JSON."""
    applications = [
        {
            "id": f"a{n}",
            "field": draw(st.sampled_from(["voice", "tv", None])),
            "passages": [{"text": draw(SOME), "weight": draw(st.integers(1, 3))} for _ in range(2)],
        }
        for n in range(draw(st.integers(1, 4)))
    ]
    evaluators = [
        {
            "id": f"e{n}",
            "fields": draw(st.lists(st.sampled_from(["voice", "tv"]), unique=True)),
            "keywords": draw(st.lists(st.sampled_from(VOCABULARY), max_size=6)),
            "sentence": draw(SOME),
        }
        for n in range(draw(st.integers(1, 4)))
    ]
    every = [(a["id"], e["id"]) for a in applications for e in evaluators]
    bids = [
        {"application": a, "evaluator": e, "bid": draw(st.sampled_from(["eager", "willing", "reluctant"]))}
        for a, e in draw(st.lists(st.sampled_from(every), unique=True))
    ]
    conflicts = [
        {"application": a, "evaluator": e} for a, e in draw(st.lists(st.sampled_from(every), max_size=3))
    ]
    settings = {
        "full": draw(st.integers(1, 20)),
        "text": draw(st.sampled_from(["0", "0.6", "1", "0.123456789012"])),
    }
    return {
        "applications": applications,
        "evaluators": evaluators,
        "bids": bids,
        "conflicts": conflicts,
        "settings": settings,
    }


def measured(document: dict[str, Any]) -> Measure:
    return Measure(Texts.model_validate(document))


@given(collections(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(document: dict[str, Any], draw: Any) -> None:
    shuffled = json.loads(json.dumps(document))
    for key in ("applications", "evaluators", "bids", "conflicts"):
        draw.shuffle(shuffled[key])
    for entry in shuffled["evaluators"]:
        draw.shuffle(entry["keywords"])
    assert measured(document).affinities() == measured(shuffled).affinities()


@given(collections())
def test_every_value_is_in_range_and_adds_up_and_no_conflict_has_one(document: dict[str, Any]) -> None:
    measure = measured(document)
    barred = {(row["application"], row["evaluator"]) for row in document["conflicts"]}
    table, found = measure.table(), measure.affinities()
    assert table == {(pair.application, pair.evaluator): pair.value for pair in found.pairs}
    assert not barred & table.keys()
    assert len(table) == len(document["applications"]) * len(document["evaluators"]) - len(barred)
    share = Decimal(document["settings"]["text"])
    for pair in found.pairs:
        assert all(0 <= value <= 1 for value in (pair.value, pair.text, pair.field))
        base = share * pair.text + (1 - share) * pair.field
        if pair.bid is None:
            assert base - Decimal("0.000001") < pair.value <= base
        assert sum(shared.value for shared in pair.terms) <= share * pair.text
        assert [shared.value for shared in pair.terms] == sorted((s.value for s in pair.terms), reverse=True)
    problem = AssignmentProblem.model_validate(
        {
            "applications": [{"id": a["id"], "field": "f", "demand": {}} for a in document["applications"]],
            "evaluators": [{"id": e["id"], "body": "expert", "max_load": 1} for e in document["evaluators"]],
            "affinity": table,
        }
    )
    assert problem.affinities() == table


@given(collections(), st.sampled_from(VOCABULARY))
def test_one_more_keyword_never_lowers_and_changes_nobody_else(
    document: dict[str, Any], keyword: str
) -> None:
    before = measured(document).table()
    document["evaluators"][0]["keywords"].append(keyword)
    after = measured(document).table()
    for (application, evaluator), value in after.items():
        if evaluator == "e0":
            assert value >= before[application, evaluator]
        else:
            assert value == before[application, evaluator]


@given(collections())
def test_nobody_suits_an_application_better_than_who_wrote_the_same(document: dict[str, Any]) -> None:
    own = document["applications"][0]
    same = {
        "id": "same",
        "fields": [own["field"]] if own["field"] else [],
        "keywords": [passage["text"] for passage in own["passages"] if passage["text"]],
    }
    document |= {"bids": [], "conflicts": [], "evaluators": [*document["evaluators"], same]}
    row = {pair.evaluator: pair.text for pair in measured(document).affinities("a0").pairs}
    assert row["same"] == max(row.values())
    assert row["same"] == (1 if terms(words(" ".join(same["keywords"]))) else 0)


@given(collections())
def test_a_bid_never_moves_the_wrong_way(document: dict[str, Any]) -> None:
    with_bids, document["bids"], bids = measured(document).table(), [], document["bids"]
    without = measured(document).table()
    answers = {(row["application"], row["evaluator"]): row["bid"] for row in bids}
    for pair, value in with_bids.items():
        if answers.get(pair) == "reluctant":
            assert value <= without[pair]
        elif pair in answers:
            assert value >= without[pair]
        else:
            assert value == without[pair]


def test_the_settings_in_force_stand_in_the_result() -> None:
    assert Measure(texts({"a": "x"}, {"kim": ["x"]})).affinities().settings == Settings()
