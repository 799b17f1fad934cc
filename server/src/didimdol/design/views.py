"""The living page: every component, with example content, in both languages and both themes."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views import View

from didimdol.design import parts
from didimdol.design.texts import SEOUL, money_text
from didimdol.kernel.words import LANGUAGES, language, say

NOW = datetime(2025, 3, 24, 14, 20, tzinfo=SEOUL)
DIGEST = "1f9ab0c4d7e2836f5a41c09b7d2e6f8031ab94c5d6e7f80912a3b4c5d6e7c07e"


def example_form(bound: bool) -> forms.Form:
    class Example(forms.Form):
        name = forms.CharField(
            label=say("기업명", "Company name"), help_text=say("사업자등록증과 같게 적습니다.", "As registered.")
        )
        field = forms.ChoiceField(
            label=say("지원 분야", "Field"),
            choices=[
                ("", say("고르십시오", "Choose")),
                ("a", say("음성 인식", "Speech")),
                ("b", say("영상", "Vision")),
            ],
        )
        size = forms.IntegerField(label=say("모델 크기 (바이트)", "Model size (bytes)"), required=False, min_value=0)
        summary = forms.CharField(
            label=say("기술 요약", "Summary"),
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text=say("500자 이내로 적습니다.", "Up to 500 characters."),
        )
        kind = forms.ChoiceField(
            label=say("제출 형식", "Format"),
            choices=[("onnx", "ONNX"), ("ir", "OpenVINO IR"), ("tflite", "LiteRT")],
            widget=forms.RadioSelect,
        )
        model = forms.FileField(label=say("모델 파일", "Model file"), required=False)
        agree = forms.BooleanField(label=say("공고의 조건을 확인했습니다.", "I have read the terms of the notice."))

    if not bound:
        return Example(auto_id="ex_%s", initial={"kind": "onnx"})
    return Example({"name": say("디딤돌랩", "Didimdol Lab"), "size": "-1", "kind": "onnx"}, auto_id="bad_%s")


def ways() -> list[parts.Stone]:
    rows: list[tuple[str, str, str, str, parts.StoneState]] = [
        ("수요", "Demands", "6개 분야 확정", "6 fields fixed", "done"),
        ("공고·접수", "Call", "152개 기업", "152 companies", "done"),
        ("요건검토", "Eligibility", "139개 통과", "139 passed", "done"),
        ("서류평가", "Documents", "30개 통과", "30 passed", "done"),
        ("발표평가", "Pitches", "18/30 완료", "18 of 30", "now"),
        ("선정·매칭", "Selection", "", "", "next"),
        ("PoC", "PoC", "15개 과제", "15 projects", "next"),
        ("탑재·성과", "Adoption", "11월", "November", "next"),
    ]
    return [
        parts.Stone(
            say(ko, en),
            say(ko_detail, en_detail),
            state,
            NOW.date() + timedelta(days=4) if en == "Selection" else None,
        )
        for ko, en, ko_detail, en_detail, state in rows
    ]


def waiting() -> list[parts.Wait]:
    judge = say("평가위원", "evaluators")
    return [
        parts.Wait(
            say("편차 사유서: 배점의 10%를 벗어난 점수 3개", "Reasons for deviation: 3 scores beyond 10%"),
            "#waits",
            judge,
            NOW,
            datetime(2025, 3, 26, 16, 0, tzinfo=SEOUL),
        ),
        parts.Wait(
            say(
                "이해충돌 확인: 평가위원 2명이 아직 신고하지 않음",
                "Conflicts of interest: 2 evaluators have not declared",
            ),
            "#waits",
            judge,
            NOW - timedelta(days=1),
            datetime(2025, 3, 24, 18, 0, tzinfo=SEOUL),
            note=say("디지털 사이니지 분과", "Digital signage panel"),
        ),
        parts.Wait(
            say("협약서 서명: 나무이음", "Agreement to be signed: Namuieum"),
            "#waits",
            say("수요기업", "the demand company"),
            NOW - timedelta(days=9),
            datetime(2025, 3, 21, 18, 0, tzinfo=SEOUL),
        ),
        parts.Wait(
            say("측정 재실행: 노트북 분야 1건이 ‘방해받음’으로 판정", "To be measured again: one run was disturbed"),
            "#waits",
            say("장비", "a device"),
            None,
            datetime(2025, 4, 8, 12, 0, tzinfo=SEOUL),
            note=say("Core Ultra 2호기, 대기 3번째", "Core Ultra no. 2, third in the queue"),
        ),
    ]


def evidence() -> list[parts.EvidenceRow]:
    row, d = parts.EvidenceRow, Decimal
    latency, memory = say("지연시간 p90", "Latency p90"), say("최대 메모리", "Peak memory")
    accuracy, size = say("정확도", "Accuracy"), say("모델 크기", "Model size")
    first, rate = say("첫 응답", "First answer"), say("초당 처리", "Throughput")
    beside = say("다른 작업이 함께 돌았습니다.", "Other work ran beside it.")
    return [
        row(latency, 8, d("9.1"), d("8.9"), d("9.4"), 20, "at_most", "ms", "met"),
        row(memory, 60, 71, None, None, 100, "at_most", "MB", "met"),
        row(accuracy, 96, d("94.3"), d("92.6"), d("95.7"), 93, "at_least", "%", "inconclusive"),
        row(size, None, d("2.3"), None, None, 8, "at_most", "MB", "met"),
        row(first, 180, 912, 890, 934, 300, "at_most", "ms", "not_met"),
        row(rate, 40, 212, 205, 219, 30, "at_least", say("건", "/s"), "disturbed", beside),
        row(say("대기 전력", "Idle power"), d("1.2"), None, None, None, d("1.5"), "at_most", "W", "pending"),
    ]


def example_table(empty: bool = False) -> parts.Table:
    rows = [
        ("디딤돌랩", "Didimdol Lab", "음성 인식", "Speech", "발표평가", "Pitch", "info", Decimal("87.25"), 100_000_000),
        (
            "한빛소리",
            "Hanbit Sori",
            "음성 인식",
            "Speech",
            "보완 요청",
            "To be amended",
            "warn",
            Decimal("84.50"),
            92_000_000,
        ),
        ("가온비전", "Gaon Vision", "영상", "Vision", "탈락", "Not selected", "bad", Decimal("61.75"), 0),
    ]
    return parts.Table(
        columns=[
            parts.Column("name", say("기업", "Company"), sort="name"),
            parts.Column("field", say("분야", "Field")),
            parts.Column("state", say("상태", "State")),
            parts.Column("score", say("점수", "Score"), sort="score", number=True),
            parts.Column("grant", say("지원금", "Grant"), number=True),
            parts.Column("when", say("접수", "Received")),
        ],
        rows=[]
        if empty
        else [
            {
                "name": parts.Link(say(ko, en), "#tables"),
                "field": say(ko_field, en_field),
                "state": parts.Badge(say(ko_state, en_state), kind),
                "score": score,
                "grant": parts.Money(grant) if grant else None,
                "when": NOW - timedelta(days=20, hours=i),
            }
            for i, (ko, en, ko_field, en_field, ko_state, en_state, kind, score, grant) in enumerate(rows)
        ],
        caption=say("지원 기업", "Applicants") if not empty else say("이의신청", "Objections"),
        sort="-score",
        filters=()
        if empty
        else [
            parts.Filter("q", say("이름", "Name")),
            parts.Filter("state", say("상태", "State"), choices=[("pitch", say("발표평가", "Pitch"))]),
        ],
        empty=parts.Empty(
            say("접수된 이의신청이 없습니다.", "No objections have been received."),
            say("결과를 알린 뒤 10일 동안 받습니다.", "They are accepted for 10 days after the result."),
            say("이의신청 안내 보기", "How objections work"),
            "#tables",
        ),
        next="" if empty else "b3c1",
        total=None if empty else 152,
    )


class LivingPage(View):
    """``?lang=en|ko`` and ``?theme=dark|light`` show the page so, whatever the reader's own choice."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("lang")
        with translation.override(wanted if wanted in LANGUAGES else language()):
            return render(request, "design/living.html", self.content(request))

    def content(self, request: HttpRequest) -> dict[str, Any]:
        if hasattr(request, "_messages"):
            messages.success(request, say("평가표를 제출했습니다.", "The ballot has been submitted."))
            messages.warning(request, say("접수가 오늘 18:00에 마감됩니다.", "The call closes today at 18:00."))
        theme = request.GET.get("theme")
        return {
            "title": say("구성 요소", "Components"),
            "eyebrow": say("살아 있는 화면", "Living page"),
            "theme": theme if theme in {"dark", "light"} else "",
            "clock_now": NOW,
            "crumbs": [
                {"label": say("처음", "Home"), "url": "/"},
                {"label": say("디자인", "Design"), "url": "#main"},
                {"label": say("구성 요소", "Components")},
            ],
            "nav": [
                {"label": say("내 할 일", "To do"), "url": "#waits", "current": True, "count": 4},
                {"label": say("챌린지", "Challenges"), "url": "#way"},
                {"label": say("평가", "Evaluation"), "url": "#evidence"},
                {"label": "PoC", "url": "#figures"},
                {"label": say("성과", "Outcomes"), "url": "#tables"},
            ],
            "footer_links": [
                {"label": say("개인정보 처리방침", "Privacy"), "url": "#main"},
                {"label": say("접근성", "Accessibility"), "url": "#main"},
            ],
            "way": ways(),
            "won": [
                parts.Stone(say("배정", "Allocated"), money_text(100_000_000, short=True), "done"),
                parts.Stone(say("협약", "Agreed"), "", "done", datetime(2025, 4, 11, tzinfo=SEOUL).date()),
                parts.Stone(say("1차 지급", "First payment"), say("검토 중", "In review"), "now"),
                parts.Stone(say("정산", "Settlement"), say("12월", "December"), "next"),
            ],
            "waiting": waiting(),
            "evidence_rows": evidence(),
            "until": NOW + timedelta(days=3, hours=4),
            "soon": NOW + timedelta(hours=3, minutes=40),
            "over": NOW - timedelta(hours=1),
            "now": NOW,
            "digest": DIGEST,
            "steps": [
                parts.Step(say("기업 정보", "Company"), "done", "#forms"),
                parts.Step(say("기술과 모델", "Technology"), "now"),
                parts.Step(say("증빙", "Documents"), "next"),
                parts.Step(say("확인·제출", "Check and submit"), "next"),
            ],
            "timeline": [
                parts.TimelineItem(
                    NOW, say("발표평가 시작", "Pitches began"), say("운영기관", "Operator"),
                    say("18팀 발표 완료", "18 teams done"), "#figures", "info",
                ),
                parts.TimelineItem(
                    NOW - timedelta(days=6), say("서류평가 결과 확정", "Document results fixed"),
                    say("평가단장", "Chair"), say("결정 기록에 서명", "Decision record signed"), "", "ok",
                ),
                parts.TimelineItem(
                    NOW - timedelta(days=12), say("요건 보완 요청", "Amendments asked for"),
                    say("운영기관", "Operator"), "", "", "warn",
                ),
                parts.TimelineItem(NOW - timedelta(days=30), say("접수 마감", "Call closed")),
            ],
            "tabs": [
                parts.Tab(say("개요", "Overview"), "#figures", True),
                parts.Tab(say("제출물", "Submissions"), "#figures", count=12),
                parts.Tab(say("이력", "History"), "#figures"),
            ],
            "histogram": parts.Histogram(
                [
                    parts.Bar(str(low), count, low, low + 2)
                    for low, count in zip(range(6, 26, 2), (2, 14, 61, 188, 96, 40, 17, 8, 3, 1), strict=True)
                ],
                limit=20,
                caption=say("지연시간 분포", "Latencies"),
                unit="ms",
            ),
            "table": example_table(),
            "empty_table": example_table(empty=True),
            "form": example_form(bound=False),
            "bad_form": example_form(bound=True),
            "both": {"ko": "두 언어로 쓴 글", "en": "A text in both languages"},
            "only_korean": {"ko": "한국어만 있는 글"},
        }  # fmt: skip
