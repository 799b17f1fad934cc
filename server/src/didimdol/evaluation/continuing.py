"""Places of drawn evaluators that became empty while a round is scored: the same draw says who follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from didimdol.evaluation.draw_models import DrawPerson, DrawReplacement
from didimdol.evaluation.following import could_be_followed
from didimdol.evaluation.guards import OPEN, empty_seats
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.words import text

reasons(
    {
        "draw_to_continue": text(
            "추첨으로 뽑은 위원의 자리가 비었습니다. 같은 추첨을 이어 후임을 뽑은 뒤에 채웁니다.",
            "The place of a drawn evaluator is empty: continue the same draw, then fill it.",
        ),
        "successor_declares": text(
            "추첨을 이어 뽑은 후임이 아직 이해충돌을 신고하지 않았습니다. 신고한 뒤에 채웁니다. 맡을 수 없다면 해촉하고 추첨을 다시 이으십시오.",
            "Whom the draw named has not declared yet; the seats are filled afterwards. If they cannot take part, vacate the seat and continue the draw again.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """``stage``: "open" (nobody has asked the draw), "asked" (somebody else must accept), "arrived" (who follows has
    not declared), "used_up" (nobody in the pool could follow: recorded, or found without asking)."""

    person: DrawPerson
    stage: str


def places_of(round: Round, empty: Mapping[Any, Iterable[str]]) -> list[Place]:
    """The places of drawn evaluators for bodies that have an empty seat (``empty``: as ``guards.empty_seats``). One query,
    and one for each place of which the draw could be asked; none before and after the scoring."""
    if round.state != "scoring":
        return []
    bodies = {body for bodies in empty.values() for body in bodies}
    replacements = DrawReplacement.objects.within(leaving=OuterRef("pk"))
    named = Seat.objects.within(round=round, person=OuterRef("person")).exclude(state="vacated")
    rows = (
        DrawPerson.objects.within(draw__round=round)
        .annotate(
            asked=Exists(replacements.filter(state="asked")),
            used_up=Exists(replacements.filter(state="unfilled"))
            & Exists(Ballot.objects.within(seat=OuterRef("seat"))),
            named=Exists(named),
        )
        .filter(
            Q(standing="drawn", named=False)
            | Q(standing="drawn", seat__state="invited")
            | Q(standing="left", used_up=True)
        )
        .select_related("draw__record", "person", "seat")
        .order_by("person__name", "pk")
    )
    return [Place(row, _stage(row)) for row in rows if row.draw.body in bodies]


def _stage(row: Any) -> str:
    if row.standing == "left":
        return "used_up"
    if row.seat is not None and row.seat.state == "invited":
        return "arrived"
    if not could_be_followed(row):
        return "used_up"
    return "asked" if row.asked else "open"


def may_fill(places: Iterable[Place]) -> Access:
    """Empty seats are filled among those who are seated once the draw has nobody left to name."""
    stages = {place.stage for place in places}
    if stages & {"open", "asked"}:
        return Denied("draw_to_continue")
    return Denied("successor_declares") if "arrived" in stages else Allowed


def inherited(round: Round) -> set[tuple[str, str]]:
    """(application, seat) of those whom a draw named while the round is scored: the empty seats of who left before them.
    They are wished for, not certain: a conflict may stand against one. At most three queries."""
    heirs: dict[Any, Any] = {}
    seats: dict[Any, Seat | None] = {}
    for row in DrawReplacement.objects.within(draw__round=round, arrived__isnull=False).select_related(
        "leaving__seat", "arrived__seat"
    ):
        assert row.arrived is not None  # as asked for
        heirs[row.leaving_id] = row.arrived_id
        seats |= {person.pk: person.seat for person in (row.leaving, row.arrived)}
    takes_over: dict[Any, Seat] = {}
    for leaving in heirs:
        last = leaving
        while last in heirs:  # who was named may have been followed in turn
            last = heirs[last]
        before, after = seats[leaving], seats[last]
        if before is not None and after is not None:
            takes_over[before.pk] = after
    if not takes_over:
        return set()
    empty = empty_seats(round)
    return {
        (str(ballot.application_id), str(heir.pk))
        for ballot in Ballot.objects.within(seat__in=takes_over, state="moved")
        for heir in [takes_over[ballot.seat_id]]
        if empty.get(ballot.application_id, {}).keys() & {heir.body, OPEN}
    }
