"""Before the call: how much of each stage's order would be the luck of who sits on the panel, by the panel's size.

From the rulebook's design alone: seats, weights and trimming, how many apply and go on. Nothing is played for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import ceil
from typing import Any

from didimdol.evaluation.guards import of_company, words_of
from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import Rulebook
from didimdol.rehearsal.findings import Finding, Severity
from didimdol.rehearsal.panels import Load, experts_needed, judges_needed, places, seats_planned
from didimdol_decide.confidence import PanelDesign, PanelKind, PlanLine, plan_panels

SIZES = (1, 3, 5, 7, 9, 11, 15)
#: so that the figures take a second at most, whatever the number of applications
MOST_ROUNDS, MOST_SIMULATED = 400, 15_000
HALF = 0.5

#: the worlds of didimdol_decide.confidence, in its order
WORLDS: tuple[Text, ...] = (
    text("위원의 엄격함이 거의 같음", "Evaluators hardly differ in severity"),
    text("위원의 엄격함이 수준 차이만큼 다름", "Severity differs as much as quality"),
    text("신청의 수준이 비슷하고 평가가 흔들림", "Applications are close, scores waver"),
)

ASSUMED: tuple[Text, ...] = (
    text(
        "가정마다 표준편차(100점 만점): 수준 6·6·4, 위원의 엄격함 2·6·4, 나머지 5·5·6. 첫 평가가 끝나면 실제 값으로 바꾸어 다시 보십시오.",
        "Standard deviations in points of 100, by assumption: quality 6, 6, 4; severity 2, 6, 4; the rest 5, 5, 6. After a first round, look again with the real ones.",
    ),
    text(
        "단계마다 그 단계의 평가표만 봅니다. 분야는 합쳐서 보고, 신청은 위원에게 고르게 배정됩니다.",
        "Each stage is looked at with its own ballots alone, all fields together, and applications spread evenly over the evaluators.",
    ),
    text(
        "계획보다 큰 평가단은 위원을 그만큼 더 위촉한 것으로 봅니다.",
        "For panels larger than planned, as many more evaluators are assumed.",
    ),
)


def chances(
    book: Rulebook, loads: list[Load], *, experts: int = 0, judges: int = 0, ballots_a_day: int = 12
) -> list[dict[str, Any]]:
    """One entry a scored stage that selects. ``experts``, ``judges``: at hand in all and of each demand company; 0: as
    many as it takes at ``ballots_a_day``.

    Entry: stage, stage_name, applications, places, final (it is the selection itself), seats (as designed), kinds [{name, seats, judges}], luck, target,
    lines [{world, seats, holds, right}] with shares from 0 to 1, world a place in WORLDS. Deterministic.
    """
    companies = max(1, sum(party.kind == "demand_company" for party in book.parties))
    experts = experts or experts_needed(loads, ballots_a_day)
    judges = judges or judges_needed(loads, ballots_a_day, ceil(max(load.applications for load in loads) / companies))
    return [
        _chance(load, chosen, experts, judges, load is loads[-1]) for load in loads if 0 < (chosen := _chosen(book, loads, load)) < load.applications
    ]  # fmt: skip


def _chosen(book: Rulebook, loads: list[Load], load: Load) -> int:
    """How many a stage lets go on; 0: all that reach the cut-off."""
    if load is loads[-1]:
        return places(book)
    assert load.stage.rule is not None
    factor = load.stage.rule.shortlist_factor
    return 0 if factor is None else ceil(places(book) * factor)


def _chance(load: Load, chosen: int, experts: int, judges: int, final: bool) -> dict[str, Any]:
    stage, rule = load.stage, load.stage.rule
    assert rule is not None
    bodies, planned = [body for body in rule.bodies if body.weight > 0], seats_planned(stage)
    designed = sum(planned[body.key] for body in bodies)
    sizes = tuple(sorted({size for size in (*SIZES, designed) if size >= len(bodies)}))
    at_hand = [judges if of_company(body.key) else experts for body in bodies]
    lines: list[PlanLine] = []
    luck = target = Decimal(0)
    for size in sizes:
        plan = plan_panels(_design(load, chosen, size, at_hand))
        lines += plan.lines
        luck, target = plan.luck, plan.target
    return {
        "stage": stage.key,
        "stage_name": text(stage.name.ko, stage.name.en or stage.name.ko),
        "applications": load.applications,
        "places": chosen,
        "final": final,
        "seats": designed,
        "kinds": [
            {"name": words_of(body), "seats": planned[body.key], "judges": count}
            for body, count in zip(bodies, at_hand, strict=True)
        ],
        "luck": float(luck),
        "target": float(target),
        "lines": [
            {"world": line.world, "seats": line.seats, "holds": float(line.holds), "right": float(line.right)}
            for line in lines
        ],
    }


def _design(load: Load, chosen: int, size: int, at_hand: list[int]) -> PanelDesign:
    """A panel of ``size``, from those at hand, or as many as it has seats."""
    rule = load.stage.rule
    assert rule is not None
    bodies, planned = [body for body in rule.bodies if body.weight > 0], seats_planned(load.stage)

    def design(judges: list[int]) -> PanelDesign:
        return PanelDesign(
            applications=load.applications,
            places=chosen,
            kinds=tuple(
                PanelKind(weight=body.weight, seats=planned[body.key], judges=count)
                for body, count in zip(bodies, judges, strict=True)
            ),
            seats=(size,),
            trim=rule.trim,
            rounds=min(MOST_ROUNDS, max(20, MOST_SIMULATED // load.applications)),
        )

    seats = design([size] * len(bodies)).shared_out(size)
    return design([max(count, needed) for count, needed in zip(at_hand, seats, strict=True)])


def too_small(entry: dict[str, Any], seats: int) -> int:
    """Under how many of the assumptions a panel of ``seats`` is nearer to a draw than to certainty."""
    halfway = entry["luck"] + HALF * (1 - entry["luck"])
    return sum(line["holds"] < halfway for line in entry["lines"] if line["seats"] == seats)


def enough(entry: dict[str, Any]) -> int | None:
    """The smallest panel that is nearer to certainty under most assumptions; None: none that was tried."""
    sizes = sorted({line["seats"] for line in entry["lines"]})
    return next((size for size in sizes if 2 * too_small(entry, size) < len(WORLDS)), None)


def found(entries: list[dict[str, Any]]) -> Iterator[Finding]:
    """A warning for each stage whose panel, under most assumptions, is nearer to a draw than to certainty."""
    for entry in entries:
        worse = too_small(entry, entry["seats"])
        if 2 * worse < len(WORLDS):
            continue
        shares = sorted(line["holds"] for line in entry["lines"] if line["seats"] == entry["seats"])
        low, high, luck = (percent(value) for value in (shares[0], shares[-1], entry["luck"]))
        name, seats, more = entry["stage_name"], entry["seats"], enough(entry)
        yield Finding(
            Severity.WARNING,
            "chance",
            text(
                f"‘{name['ko']}’에서 위원 {seats}명이 신청 {entry['applications']}건 가운데 {entry['places']}건을 고르면, 다른 위원 {seats}명이 "
                f"평가하였어도 같았을 자리는 {low}–{high}입니다(추첨이라면 {luck}). 세 가정 가운데 {worse}가지에서 결과가 추첨에 더 가깝습니다.",
                f"Where {seats} evaluator{'' if seats == 1 else 's'} choose {entry['places']} of {entry['applications']} in “{name['en']}”, "
                f"{low} to {high} of the places would be the same before other evaluators (a mere draw: {luck}). "
                f"Under {worse} of three assumptions that is nearer to a draw than to certainty.",
            ),
            _way_out(more, entry["final"]),
            f"evaluation.stages.{entry['stage']}.panel.seats",
            "rulebook",
        )


def percent(share: float) -> str:
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def _way_out(more: int | None, final: bool) -> Text:
    other = text(
        "경계에 있는 신청을 한 번 더 평가하거나, 이 단계에서 더 많이 통과시키십시오.",
        "evaluate the borderline once more, or let more of them go on.",
    )
    if final:
        other = text("경계에 있는 신청을 한 번 더 평가하십시오.", "evaluate the borderline once more.")
    if more is None:
        most = max(SIZES)
        return text(
            f"위원 {most}명으로도 두 가정 이상에서 확실함에 더 가까워지지 않습니다. {other['ko']}",
            f"Even {most} evaluators are not enough under two assumptions: {other['en']}",
        )
    return text(
        f"신청마다 위원 {more}명이면 두 가정 이상에서 확실함에 더 가깝습니다. 위원을 늘리거나, {other['ko']}",
        f"With {more} evaluators an application it is nearer to certainty under two assumptions at least: seat more, or {other['en']}",
    )
