"""The estimates as tables for a terminal, in Korean or English."""

from __future__ import annotations

from decimal import Decimal

from didimdol_decide.canonical import plain
from didimdol_decide.confidence.inputs import PanelDesign
from didimdol_decide.confidence.result import Confidence, FigureLine, JudgeLine, Plan
from didimdol_decide.printing import OUTCOMES, table
from didimdol_decide.ranking import POOL

LINKED = {
    "all": ("전체와 비교", "with all"),
    "panel": ("같은 심사조와만", "own panel only"),
    "none": ("비교 불가", "cannot be told"),
}
LEANING = {"harsh": ("엄격", "harsh"), "lenient": ("후함", "lenient"), "neither": ("보통", "neither")}


def _percent(value: Decimal | None) -> str:
    return "-" if value is None else f"{value * 100:.1f}%"


def _number(value: Decimal | None) -> str:
    return "-" if value is None else plain(value)


def _interval(low: Decimal | int | None, high: Decimal | int | None) -> str:
    return "-" if low is None or high is None else f"{low} ~ {high}"


def _figure(figure: FigureLine) -> str:
    if figure.value is None:
        return "-"
    return f"{figure.value} [{_interval(figure.low, figure.high)}]"


def _applications(found: Confidence, column: int) -> str:
    head = [
        ("분야", "field"),
        ("순위", "rank"),
        ("신청", "application"),
        ("공식 결과", "official result"),
        ("최종", "final"),
        ("P(모형)", "P(model)"),
        ("P(재표집)", "P(resampled)"),
        ("순위 구간", "rank interval"),
        ("보정 점수", "adjusted score"),
        ("경계", "borderline"),
    ]
    open_lot = ("(추첨 전)", "(lot open)")[column]
    rows = []
    for line in found.applications:
        adjusted = _interval(line.quality_low, line.quality_high)
        rows.append(
            [
                "-" if line.group == POOL else line.group,
                ("-" if line.rank is None else str(line.rank)) + (open_lot if line.lot else ""),
                line.id,
                OUTCOMES[line.outcome][column],
                _number(line.final),
                _percent(line.model),
                _percent(line.resampled),
                _interval(line.rank_low, line.rank_high),
                "-" if line.quality is None else f"{line.quality} [{adjusted}]",
                "◆" if line.borderline else "",
            ]
        )
    return table([words[column] for words in head], rows)


def _judge(line: JudgeLine, column: int) -> list[str]:
    return [
        line.stage,
        line.body,
        line.evaluator,
        str(line.ballots),
        _number(line.offset),
        _interval(line.offset_low, line.offset_high),
        "-" if line.leaning is None else LEANING[line.leaning][column],
        LINKED[line.linked][column],
        str(line.surprising),
    ]


def _judges(found: Confidence, column: int) -> str:
    head = [
        ("단계", "stage"),
        ("주체", "body"),
        ("평가위원", "evaluator"),
        ("평가표", "ballots"),
        ("치우침", "offset"),
        ("구간", "interval"),
        ("성향", "leaning"),
        ("비교 범위", "compared"),
        ("뜻밖의 점수", "surprising"),
    ]
    return table([words[column] for words in head], [_judge(line, column) for line in found.judges])


def _agreement(found: Confidence, column: int) -> str:
    head = [
        ("단계", "stage"),
        ("주체", "body"),
        ("평가표", "ballots"),
        ("나뉜 조", "separate panels"),
        ("알파(구간)", "alpha (interval)"),
        ("알파(순서)", "alpha (ordinal)"),
        ("ICC(1)", "ICC(1)"),
        ("ICC(k)", "ICC(k)"),
        ("편차: 수준/위원/나머지", "sd: quality/judge/noise"),
    ]
    rows = [
        [
            line.stage,
            line.body,
            str(line.ballots),
            str(line.panels),
            _figure(line.alpha_interval),
            _figure(line.alpha_ordinal),
            _figure(line.icc_1),
            _figure(line.icc_k),
            " / ".join(_number(sd) for sd in (line.quality_sd, line.judge_sd, line.noise_sd)),
        ]
        for line in found.bodies
    ]
    return table([words[column] for words in head], rows)


def confidence_text(found: Confidence, language: str = "ko") -> str:
    """Applications, evaluators and agreement as three tables, then notes."""
    column = 1 if language == "en" else 0
    border = [line.id for line in found.applications if line.borderline]
    closing = [note.in_language(language) for note in found.notes]
    if border:
        names = ", ".join(border)
        closing.append(
            (
                f"◆ 경계에 있는 신청 {len(border)}건: {names}."
                " 우연이 결과를 가를 수 있으니 평가표를 한 장 더 받거나 논의하기를 권합니다.",
                f"◆ {len(border)} borderline: {names}."
                " Chance may decide here: take one more ballot, or discuss them.",
            )[column]
        )
    closing.append(
        (
            f"참고 자료입니다. 공식 결과를 바꾸지 않습니다. ({found.draws}번 추출, 씨앗 {found.seed})",
            "Advice only: the official result is not changed by it."
            f" ({found.draws} draws, seed {found.seed})",
        )[column]
    )
    return "\n\n".join(
        [_applications(found, column), _judges(found, column), _agreement(found, column), "\n".join(closing)]
    )


def plan_text(design: PanelDesign, plan: Plan, language: str = "ko") -> str:
    """One table: by world and panel size, how much holds; then the answer."""
    column = 1 if language == "en" else 0
    head = [
        ("수준 편차", "quality sd"),
        ("위원 편차", "judge sd"),
        ("나머지 편차", "noise sd"),
        ("위원 수", "evaluators"),
        ("다시 뽑아도 같음", "would hold"),
        ("참으로 최선", "truly best"),
        ("목표", "target"),
    ]
    rows = []
    for line in plan.lines:
        world = design.worlds[line.world]
        rows.append(
            [
                plain(world.quality),
                plain(world.judge),
                plain(world.noise),
                str(line.seats),
                _percent(line.holds),
                _percent(line.right),
                "✓" if line.holds >= plan.target else "",
            ]
        )
    luck, target = _percent(plan.luck), _percent(plan.target)
    if plan.enough_everywhere is not None:
        answer = (
            f"신청마다 위원 {plan.enough_everywhere}명이면 모든 가정에서 선정의 {target} 이상이"
            " 다른 심사단에서도 같습니다.",
            f"With {plan.enough_everywhere} evaluators an application, at least {target} of the selection"
            " would hold before another panel, under every assumption.",
        )
    else:
        most = max(design.seats)
        answer = (
            f"위원 {most}명까지로는 모든 가정에서 목표 {target}에 이르지 못합니다."
            " 위원을 늘리거나, 경계의 신청만 한 번 더 평가하거나, 목표를 낮추세요.",
            f"Up to {most} evaluators do not reach {target} under every assumption: seat more, evaluate the"
            " borderline once more, or lower the target.",
        )
    words = (f"순전한 추첨이라면 {luck}입니다.", f"A mere draw would give {luck}.")
    return "\n\n".join([table([word[column] for word in head], rows), f"{answer[column]} {words[column]}"])
