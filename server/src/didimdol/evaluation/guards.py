"""When a move of a round, seat or ballot is possible; and what a ballot still lacks."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, Q

from didimdol.design.texts import when_text
from didimdol.evaluation.enums import LEFT
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.people.models import RoleAssignment
from didimdol.people.queries import in_force
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import PanelRules
from didimdol_decide.assignment.certificate import ANY_BODY
from didimdol_decide.rules import BodyRule, CriterionRule, StageRule

#: in the place of a body: the seats that any of them may take
OPEN = ANY_BODY
OPEN_SEATS = text("열린 자리", "Open seats")

reasons(
    {
        "seats_missing": text(
            "‘{body_ko}’ 위원이 {have}명입니다. 신청마다 {need}명이 필요합니다.",
            "Evaluators of “{body_en}”: {have}; each application needs {need}.",
        ),
        "open_seats_missing": text(
            "위원이 모두 {have}명입니다. 신청마다 열린 자리 {open}석을 포함해 {need}명이 필요합니다.",
            "There are {have} evaluators in all; each application needs {need}, {open} of them in open seats.",
        ),
        "draw_unfinished": text(
            "평가위원 추첨이나 대체 요청이 끝나지 않았습니다. 추첨 화면에서 마치거나 중단하십시오.",
            "A draw of evaluators or a request to replace one is not finished: finish it on its page, or give it up.",
        ),
        "declarations_missing": text(
            "아직 신고하지 않은 위원이 {left}명 있습니다.", "Evaluators who have not declared yet: {left}."
        ),
        "roles_ended": text(
            "평가위원 역할이 끝난 사람이 있습니다: {names}. 신청을 맡을 수 없습니다. 해촉하거나(추첨으로 뽑은 위원은 대체 요청) 조직 화면에서 역할을 다시 부여하십시오.",
            "The evaluator's role has ended of: {names}. They can take no application. Vacate the seat (ask for a replacement where they were drawn), or give them the role again on the organisation's page.",
        ),
        "ballots_open": text(
            "제출되지 않은 평가표가 {left}개 있고 마감 시각이 지나지 않았습니다.",
            "Ballots not locked yet: {left}, and the closing time has not passed.",
        ),
        "ballot_incomplete": text("아직 빠진 항목이 있습니다: {missing_ko}", "Still missing: {missing_en}"),
        "round_not_scoring": text("평가 중인 때가 아닙니다.", "The round is not being scored."),
        "round_overdue": text(
            "평가 마감 시각이 지났습니다: {closed}. 필요하면 간사에게 마감 연장을 요청하십시오.",
            "The closing time has passed: {closed}. Ask the coordinator to extend it if needed.",
        ),
        "round_is_closed": text("마감한 평가여서 더 바꿀 수 없습니다.", "The round is closed: it stays as it is."),
        "seat_is_vacated": text("해촉한 자리는 바꿀 수 없습니다.", "A vacated seat cannot be changed."),
        "seat_kept": text(
            "마감한 평가의 위원은 해촉할 수 없습니다.", "The round is closed: its evaluators keep their seats."
        ),
        "evaluator_left": text(
            "해촉한 위원의 평가표는 다시 열 수 없습니다.", "Its evaluator has left: the ballot cannot be reopened."
        ),
    }
)


# --- the rulebook --------------------------------------------------------------------------------------------------


def stage_rules(rulebook: Any) -> list[StageRule]:
    """The scored stages of a rulebook, in order."""
    return list(rulebook.stage_rules)


def stage_of(round: Any) -> StageRule:
    """The stage's score sheet in the challenge's rulebook."""
    return next(rule for rule in stage_rules(rules_of(round.challenge)) if rule.key == round.stage)


def panel_rules(round: Any) -> PanelRules | None:
    """Who sits on a panel of the stage."""
    return rules_of(round.challenge).stage(round.stage).panel


def open_seats(round: Any) -> int:
    """The seats of each panel which a person of any body may take."""
    panel = panel_rules(round)
    return panel.open_seats if panel else 0


def body_of(seat: Any) -> BodyRule:
    return stage_of(seat.round).body(seat.body)


def of_company(body: str) -> bool:
    """Bodies whose key begins with "demand" are filled by demand companies, all others by external experts."""
    return body.startswith("demand")


def words_of(rule: BodyRule | CriterionRule | StageRule) -> Text:
    """The name of a part of the score sheet; its key where the rulebook gives none."""
    return text(rule.name.ko, rule.name.en or rule.name.ko) if rule.name else text(rule.key, rule.key)


# --- rounds --------------------------------------------------------------------------------------------------------


def seats_filled(round: Any) -> Access:
    bodies = list(round.seats.exclude(state="vacated").values_list("body", flat=True))
    stage, free = stage_of(round), open_seats(round)
    for body in stage.bodies:
        have = bodies.count(body.key)
        if have < body.seats:
            name = words_of(body)
            return Denied("seats_missing", body_ko=name["ko"], body_en=name["en"], have=have, need=body.seats)
    if free and len(bodies) < stage.panel_size + free:
        return Denied("open_seats_missing", have=len(bodies), need=stage.panel_size + free, open=free)
    return Allowed


def all_declared(round: Any) -> bool:
    return not round.seats.filter(state="invited").exists()


def role_ended(round: Any, seats: Iterable[Any]) -> list[Any]:
    """Those of ``seats`` that somebody holds whose evaluator's role has ended: they can neither declare nor score. One
    query."""
    seats = [seat for seat in seats if seat.state != "vacated"]
    held = RoleAssignment.objects.within(
        person_id__in=[seat.person_id for seat in seats], role__in=(Role.EXPERT, Role.DEMAND_EVALUATOR)
    ).filter(in_force(), Q(challenge=None) | Q(challenge=round.challenge_id))
    standing = set(held.values_list("person_id", "organisation_id"))
    return [seat for seat in seats if (seat.person_id, seat.organisation_id) not in standing]


def roles_held(round: Any, seats: Iterable[Any]) -> Access:
    ended = role_ended(round, seats)
    return Denied("roles_ended", names=", ".join(seat.person.name for seat in ended)) if ended else Allowed


def declared(round: Any) -> Access:
    unfinished = round.draws.filter(Q(state__in=("pool", "sealed", "committed")) | Q(replacements__state="asked"))
    if unfinished.exists():
        return Denied("draw_unfinished")
    held = roles_held(round, round.seats.select_related("person").order_by("person__name", "pk"))
    if not held:
        return held
    left = round.seats.filter(state="invited").count()
    return Denied("declarations_missing", left=left) if left else seats_filled(round)


def declarable(round: Any, seat: Any) -> bool:
    """Until the assignment; after it by those who were seated since."""
    return bool(round.state == "declaring" or (round.state == "scoring" and seat.state == "invited"))


def open_ballots(round: Any) -> int:
    from didimdol.evaluation.models import Ballot

    # A startup may withdraw while it is evaluated; nobody has to finish that ballot.
    return Ballot.objects.within(seat__round=round).filter(state="draft", application__state="submitted").count()


def all_locked(round: Any) -> bool:
    return open_ballots(round) == 0


def empty_seats(round: Any) -> dict[Any, dict[str, int]]:
    """Application → body (``OPEN``: any) → how many of its seats nobody holds any more. One query."""
    from didimdol.evaluation.models import Ballot

    standing = Count("pk", filter=~Q(state__in=LEFT))
    rows = Ballot.objects.within(seat__round=round, application__state="submitted")
    held = {(a, body): n for a, body, n in rows.values_list("application", "seat__body").annotate(n=standing)}
    bodies, free = stage_of(round).bodies, open_seats(round)
    found: dict[Any, dict[str, int]] = {}
    for application in {a for a, _ in held}:
        short = {body.key: body.seats - held.get((application, body.key), 0) for body in bodies}
        short[OPEN] = free + sum(count for count in short.values() if count < 0)  # who sits beyond their body's seats
        if empty := {body: count for body, count in short.items() if count > 0}:
            found[application] = empty
    return found


def seats_empty(round: Any) -> bool:
    return bool(empty_seats(round))


def not_closed(round: Any) -> Access:
    return Denied("round_is_closed") if round.state == "closed" else Allowed


def may_close(round: Any) -> Access:
    left = open_ballots(round)
    return Denied("ballots_open", left=left) if left and clock.now() < round.closes_at else Allowed


# --- seats and ballots ---------------------------------------------------------------------------------------------


def seat_leaves(seat: Any) -> Access:
    if seat.round.state == "closed":
        return Denied("seat_kept")
    drawn = getattr(seat, "drawn_as", None)
    if drawn is not None and drawn.standing == "drawn" and seat.round.state != "scoring":
        return Denied("draw_seat")  # the draw replaces it; its words stand in draw_rules
    return Allowed


def seat_stands(actor: Any, seat: Any) -> Access:
    """A seat that somebody holds, in a round that is not closed, may be changed by whoever may."""
    return Denied("seat_is_vacated") if seat.state == "vacated" else not_closed(seat.round)


def scoring(ballot: Any) -> Access:
    round = ballot.seat.round
    if round.state != "scoring":
        return Denied("round_not_scoring")
    return Denied("challenge_cancelled") if round.challenge.state == "cancelled" else Allowed


def reopenable(ballot: Any) -> Access:
    return Denied("evaluator_left") if ballot.seat.state == "vacated" else scoring(ballot)


def in_time(ballot: Any) -> Access:
    """While the round is scored, strictly before its closing time by the challenge's clock."""
    round = ballot.seat.round
    if round.state == "scoring" and clock.now() >= round.closes_at:
        return Denied("round_overdue", closed=when_text(round.closes_at))
    return scoring(ballot)


def complete(ballot: Any) -> Access:
    lacking = gaps(ballot)
    if not lacking:
        return in_time(ballot)
    names = [words_of(c) for c in body_of(ballot.seat).criteria if {c.key, f"{c.key}-comment"} & lacking.keys()]
    return Denied(
        "ballot_incomplete",
        missing_ko=", ".join(name["ko"] for name in names),
        missing_en=", ".join(name["en"] for name in names),
    )


def gaps(ballot: Any) -> dict[str, Text]:
    """What the ballot lacks before it can be locked: criterion key (or "KEY-comment") → text."""
    least = rules_of(ballot.seat.round.challenge).evaluation.min_comment_length
    lacking: dict[str, Text] = {}
    for criterion in body_of(ballot.seat).criteria:
        name = words_of(criterion)
        if point_problem(str(ballot.points.get(criterion.key, "")), criterion) is not None:
            lacking[criterion.key] = text(
                f"‘{name['ko']}’의 점수를 매겨 주십시오(0–{criterion.max_points}점).",
                f"Score “{name['en']}” (0 to {criterion.max_points}).",
            )
        if len(ballot.comments.get(criterion.key, "").strip()) < least:
            lacking[f"{criterion.key}-comment"] = text(
                f"‘{name['ko']}’의 의견을 {least}자 이상 적어 주십시오.",
                f"Comment on “{name['en']}” in at least {least} characters.",
            )
    return lacking


def point_problem(value: str, criterion: CriterionRule) -> Text | None:
    """What is wrong with ``value`` as points for ``criterion``; None when nothing is."""
    try:
        number = Decimal(value.strip())
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= -2 and 0 <= number <= criterion.max_points:
            return None
    except InvalidOperation:
        pass
    name = words_of(criterion)
    return text(
        f"‘{name['ko']}’은(는) 0점부터 배점 {criterion.max_points}점까지, 소수 둘째 자리까지 매길 수 있습니다. 입력: {value[:20]}",
        f"“{name['en']}” takes 0 to {criterion.max_points} points with at most two decimals. Given: {value[:20]}",
    )
