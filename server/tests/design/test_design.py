"""The components: what they say, in both languages, and that no inline style or script ever leaves them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

from didimdol import design
from didimdol.design import figures, parts, texts
from didimdol.kernel.words import say

ROOM = Path(design.__file__).parent
DEADLINE = datetime(2025, 3, 28, 9, 0, tzinfo=UTC)  # 18:00 in Seoul


def draw(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def korean() -> Iterator[None]:
    with translation.override("ko"):
        yield


def test_dates_are_written_as_the_language_writes_them(language: str) -> None:
    expected = {"ko": "2025. 3. 28.(금) 18:00 KST", "en": "28 Mar 2025 (Fri) 18:00 KST"}
    html = draw("{% when t %}", t=DEADLINE)
    assert expected[language] in html
    assert 'datetime="2025-03-28T18:00:00+09:00"' in html
    assert texts.day_text(date(2025, 3, 28)) == {"ko": "2025. 3. 28.(금)", "en": "28 Mar 2025 (Fri)"}[language]
    assert texts.when_text(DEADLINE, short=True) == {"ko": "3. 28.(금) 18:00", "en": "28 Mar (Fri) 18:00"}[language]


def test_a_day_is_seouls_day(korean: None) -> None:
    late_evening_in_london = datetime(2025, 3, 28, 16, 30, tzinfo=UTC)
    assert "3. 29.(토)" in draw("{% day t %}", t=late_evening_in_london)
    assert draw("{% when t %}", t=None) == "–"


@pytest.mark.parametrize(
    ("amount", "currency", "short", "ko", "en"),
    [
        (100_000_000, "KRW", False, "100,000,000원", "KRW\u00a0100,000,000"),
        (100_000_000, "KRW", True, "1억 원", "KRW\u00a0100 million"),
        (1_500_000_000, "KRW", True, "15억 원", "KRW\u00a01.5 billion"),
        (150_000_000, "KRW", True, "1억 5,000만 원", "KRW\u00a0150 million"),
        (123_456_789, "KRW", True, "1억 2,345만 6,789원", "KRW\u00a0123,456,789"),
        (0, "KRW", True, "0원", "KRW\u00a00"),
        (-10_000, "KRW", True, "\u22121만 원", "\u2212KRW\u00a010,000"),
        (1_234_550, "USD", False, "USD\u00a012,345.50", "USD\u00a012,345.50"),
        (5, "USD", False, "USD\u00a00.05", "USD\u00a00.05"),
        (900, "JPY", False, "JPY\u00a0900", "JPY\u00a0900"),
    ],
)
def test_money_is_exact(amount: int, currency: str, short: bool, ko: str, en: str) -> None:
    with translation.override("ko"):
        assert texts.money_text(amount, currency, short=short) == ko
    with translation.override("en"):
        assert texts.money_text(amount, currency, short=short) == en


@pytest.mark.parametrize(
    ("word", "particle"),
    [
        ("평가위원", "을"),
        ("장비", "를"),
        ("수요기업", "을"),
        ("Core Ultra 2", "를"),
        ("1호기", "를"),
        ("GPU 3", "을"),
        ("", "을(를)"),
    ],
)
def test_the_particle_follows_the_last_sound(word: str, particle: str) -> None:
    assert texts.object_particle(word) == particle


def test_waits_say_whom_since_when_and_until_when_most_urgent_first(korean: None) -> None:
    now = datetime(2025, 3, 24, 5, 0, tzinfo=UTC)
    items = [
        parts.Wait("나중", "/c", "장비", None, now + timedelta(days=20)),
        parts.Wait("오늘", "/b", "평가위원", now - timedelta(days=1), now + timedelta(hours=4)),
        parts.Wait("지남", "/a", "수요기업", now - timedelta(days=4), now - timedelta(days=3)),
    ]
    html = draw("{% waits items %}", items=items, clock_now=now)
    assert html.index("지남") < html.index("오늘") < html.index("나중")
    assert "평가위원을 기다림" in html
    assert "장비를 기다림" in html
    assert "2일째" in html
    assert "3일 지남" in html
    assert "오늘 18:00" in html
    assert "4. 13.(일) 14:00" in html


def test_nothing_waits(language: str) -> None:
    expected = {"ko": "지금 기다리는 일이 없습니다.", "en": "Nothing is waiting now."}
    assert expected[language] in draw("{% waits items %}", items=[])


def test_stones_say_their_state_in_words(korean: None) -> None:
    way = [
        parts.Stone("수요", "6개", "done"),
        parts.Stone("평가", "", "now"),
        parts.Stone("선정", "", "next", date(2025, 3, 28)),
    ]
    html = draw("{% stones way %}", way=way)
    assert html.count('aria-current="step"') == 1
    assert re.findall(r'<span class="sr-only"> (.+?)</span>', html) == ["완료", "진행 중", "예정"]
    assert "3. 28.(금)" in html


def evidence_row(**changes: Any) -> parts.EvidenceRow:
    given: dict[str, Any] = {
        "criterion": "지연시간",
        "claim": 8,
        "measured": 9,
        "limit": 20,
        "unit": "ms",
        "verdict": "met",
    }
    return parts.EvidenceRow(**{**given, **changes})


def test_at_most_puts_the_limit_at_four_fifths() -> None:
    figure = figures.evidence_figure(evidence_row(lower=Decimal("8.5"), upper=Decimal("9.5")))
    assert figure.limit == "235.2"
    assert float(figure.claim or 0) < float(figure.measured or 0) < 235.2
    assert figure.span is not None
    assert not figure.broken
    assert figure.good == ("8", "227.2")


def test_at_least_zooms_to_the_values_and_says_so() -> None:
    figure = figures.evidence_figure(evidence_row(claim=96, measured="94.3", limit=93, comparison="at_least", unit="%"))
    assert figure.limit == "150"
    assert figure.broken
    assert float(figure.measured or 0) > 180


@pytest.mark.parametrize(
    ("changes", "beyond"),
    [
        ({"measured": 10_000}, "right"),
        ({"measured": 1_000, "limit": 30, "comparison": "at_least"}, "right"),
        ({"measured": -5}, "left"),
        ({"measured": 24}, ""),
        ({"measured": 0, "limit": 0, "claim": 0}, ""),
        ({"limit": None}, ""),
        ({"measured": Decimal("-1.5"), "limit": Decimal(-2), "claim": None, "comparison": "at_least"}, ""),
    ],
)
def test_marks_stay_on_the_axis(changes: dict[str, Any], beyond: str) -> None:
    figure = figures.evidence_figure(evidence_row(**changes))
    assert figure.beyond == beyond
    places = [p for p in (figure.claim, figure.measured, figure.limit, *(figure.span or ())) if p is not None]
    assert all(8 <= float(place) <= 292 for place in places)


def test_evidence_tells_everything_in_words_too(language: str) -> None:
    rows = [
        evidence_row(lower="8.9", upper="9.4", measured="9.1"),
        evidence_row(claim=None, measured=None, verdict="pending"),
    ]
    html = draw('{% evidence rows confidence="99%" check_url="/check" %}{% evidence_summary rows %}', rows=rows)
    wanted = {
        "ko": [
            "주장 8\u00a0ms",
            "측정 9.1\u00a0ms (8.9–9.4)",
            "20\u00a0ms 이하",
            "주장 없음",
            "아직 측정 전",
            "99% 신뢰구간",
            "2개 중 1개 충족",
        ],
        "en": ["claimed 8\u00a0ms", "measured 9.1\u00a0ms (8.9–9.4)", "at most 20\u00a0ms", "no claim", "1 of 2 met"],
    }
    assert [text for text in wanted[language] if text not in html] == []


def test_histogram_draws_the_limit_and_keeps_the_numbers(korean: None) -> None:
    bars = [parts.Bar(str(low), count, low, low + 2) for low, count in ((0, 3), (2, 10), (4, 0))]
    html = draw('{% histogram bins limit=3 unit="ms" caption="분포" %}', bins=bars)
    assert 'x1="200"' in html
    assert html.count("<tr>") == 4
    assert "모두 13건" in html
    assert "아직 값이 없습니다" in draw("{% histogram bins %}", bins=[])


def test_countdown_is_in_the_page_before_any_script(language: str) -> None:
    now = datetime(2025, 3, 24, 5, 0, tzinfo=UTC)
    html = draw("{% countdown t %}", t=now + timedelta(days=1, hours=2, seconds=5), clock_now=now)
    assert {"ko": "1일 2시간 남음", "en": "1 day 2 h left"}[language] in html
    assert {"ko": "{d}일 {h}시간 남음", "en": "{d} days {h} h left"}[language] in html
    over = draw("{% countdown t %}", t=now, clock_now=now)
    assert {"ko": ">마감됨<", "en": ">Closed<"}[language] in over


class Example(forms.Form):
    name = forms.CharField(label="기업명", help_text="등록증과 같게")
    kind = forms.ChoiceField(label="형식", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="동의합니다.")
    note = forms.CharField(label="메모", required=False, widget=forms.Textarea)


def test_fields_are_tied_to_help_and_error(korean: None) -> None:
    form = Example({})
    html = draw("{% form_errors form %}{% fields form %}", form=form)
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html
    assert 'href="#id_name"' in html
    assert 'href="#id_kind_0"' in html
    assert "고칠 점이 3개 있습니다" in html
    assert "<fieldset" in html
    assert "<legend>형식" in html
    assert html.count(">필수<") == 3
    assert "동의합니다:" in html


def test_no_errors_no_summary() -> None:
    assert draw("{% form_errors form %}", form=Example()) == ""


def example_table(**changes: Any) -> parts.Table:
    given: dict[str, Any] = {
        "columns": [parts.Column("name", "기업", sort="name"), parts.Column("money", "금액", number=True)],
        "rows": [{"name": parts.Link("<가>", "/a"), "money": parts.Money(1000)}, ("나", None)],
        "caption": "목록",
        "sort": "name",
        "filters": [parts.Filter("q", "이름", "가")],
        "next": "cursor",
    }
    return parts.Table(**{**given, **changes})


def test_table_links_keep_the_filters(korean: None) -> None:
    request = RequestFactory().get("/list/", {"q": "가", "after": "old", "view": "all"})
    html = draw("{% table table %}", table=example_table(), request=request)
    assert "?q=%EA%B0%80&amp;view=all&amp;sort=-name" in html
    assert "after=cursor" in html
    assert 'aria-sort="ascending"' in html
    assert '<input type="hidden" name="view" value="all">' in html
    assert "&lt;가&gt;" in html
    assert "1,000원" in html
    assert "첫 쪽" in html
    assert 'data-label="금액"' in html


def test_an_empty_table_says_the_next_step(korean: None) -> None:
    empty = parts.Empty("수요가 없습니다.", "", "수요 올리기", "/new/")
    html = draw("{% table table %}", table=example_table(rows=[], filters=(), next="", empty=empty))
    assert "수요 올리기" in html
    filtered = draw("{% table table %}", table=example_table(rows=[], empty=empty))
    assert "조건에 맞는 항목이 없습니다." in filtered
    assert "수요 올리기" not in filtered


def test_bilingual_marks_a_fallback() -> None:
    with translation.override("en"):
        assert draw("{% bilingual v %}", v={"ko": "한국어"}) == '<span lang="ko">한국어</span>'
        assert draw("{% bilingual v %}", v={"ko": "한국어", "en": "English"}) == "English"
    with translation.override("ko"):
        assert draw("{% bilingual v %}", v={"ko": "<b>"}) == "&lt;b&gt;"


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0\u00a0B"), (999, "999\u00a0B"), (2_312_000, "2.3\u00a0MB"), (151_000_000, "151\u00a0MB")]
)
def test_file_sizes(size: int, text: str) -> None:
    assert texts.file_size_text(size) == text


def test_badges_have_a_word_and_a_shape(korean: None) -> None:
    html = draw("{% badge label kind %}{% verdict 'disturbed' %}{% example_mark %}", label="<충족>", kind="ok")
    assert "&lt;충족&gt;" in html
    assert html.count("<svg") == 2
    assert "방해받음" in html
    assert "예시" in html


def test_dialog_and_digest(korean: None) -> None:
    html = draw('{% dialog "sure" "철회할까요?" %}<p>되돌릴 수 없습니다.</p>{% enddialog %}{% sha d %}', d="ab" * 32)
    assert 'aria-labelledby="sure-title"' in html
    assert "<p>되돌릴 수 없습니다.</p>" in html
    assert "abab…abab" in html
    assert f'data-copy="{"ab" * 32}"' in html


def templates() -> list[Path]:
    return sorted((ROOM / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOM)))
def test_no_inline_style_or_script(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|javascript:|\bjs:", source)


def test_the_room_has_no_catalogue() -> None:
    assert not list(ROOM.rglob("*.[pm]o"))
    for path in [*ROOM.rglob("*.py"), *ROOM.rglob("*.html")]:
        assert not re.search(r"gettext|{% (?:blocktrans|trans)|load i18n|\b_\(", path.read_text()), path


def test_the_page_of_a_failure_needs_nothing() -> None:
    for language in ("ko", "en"):
        with translation.override(language):
            html = get_template("500.html").template.render(Context())
        assert '<span lang="ko">일시적인 오류가 발생했습니다</span>' in html
        assert '<span lang="en">Something went wrong on our side</span>' in html
        assert "<title>일시적인 오류 · Something went wrong</title>" in html


def test_words_may_be_lazy() -> None:
    row = evidence_row(criterion=say("지연시간", "Latency"), unit=say("건", "/s"), note=say("비고", "Note"))
    items = [parts.Wait(say("할 일", "Thing"), "", say("장비", "a device"))]
    source = "{% evidence rows %}{% waits items %}{% breadcrumbs crumbs %}{% verdict word %}"
    context = {"rows": [row], "items": items, "crumbs": [{"label": say("처음", "Home")}], "word": say("보류", "Held")}
    for language, words in {
        "ko": ["지연시간, 20건 이하", "장비를 기다림", "처음", "보류"],
        "en": ["Latency, at most 20", "Waiting for a device", "Home", "Held"],
    }.items():
        with translation.override(language):
            html = draw(source, **context)
        assert [word for word in words if word not in html] == []


@pytest.mark.parametrize(("days", "words"), [(0, "Over"), (1, "1 day over"), (2, "2 days over")])
def test_english_counts(days: int, words: str) -> None:
    now = datetime(2025, 3, 24, 5, 0, tzinfo=UTC)
    items = [parts.Wait("Thing", until=now - timedelta(days=days, minutes=1))]
    with translation.override("en"):
        assert f">{words}<" in draw("{% waits items %}", items=items, clock_now=now)
        assert (
            texts.left_text(timedelta(days=days, hours=3, seconds=5))
            == {
                0: "3 h 0 min left",
                1: "1 day 3 h left",
                2: "2 days 3 h left",
            }[days]
        )


def test_own_stylesheets_stay_small() -> None:
    assert sum(path.stat().st_size for path in (ROOM / "static/design").glob("*.css")) < 32_000
