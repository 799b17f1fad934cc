"""What evaluators are told about their own ballots: items far from the panel's mean, and a harsh or lenient hand.

An item that departs from the panel's mean by more than the stage's share of its maximum needs a reason (KISED procurement
evaluation, annex 15). It is asked for once every ballot of the application is settled; an evaluator reads which way
and never a colleague's score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from didimdol.evaluation.guards import stage_of
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.kernel.actor import SYSTEM
from didimdol.selection.actions import remarks
from didimdol.selection.models import Remark
from didimdol.selection.sureness import leaning_of
from didimdol.selection.sureness_rules import settings_of
from didimdol_decide.ballots import Ballot as Cast
from didimdol_decide.confidence import Confidence
from didimdol_decide.deviations import deviations

Told = dict[tuple[UUID, UUID | None], dict[str, Any]]


def ballots_settled(
    sender: type[Round], round: Round, applications: Collection[UUID] | None = None, **kwargs: Any
) -> None:
    """Ask for the reasons that the ballots of these applications owe now."""
    rule = stage_of(round)
    if rule.deviation_percent is None:
        return
    ballots = Ballot.objects.within(seat__round=round, application__state="submitted")
    if applications is not None:
        ballots = ballots.filter(application__in=applications)
    cast: dict[UUID, list[Cast]] = defaultdict(list)
    unsettled = set()
    for application, seat, body, points, state in ballots.order_by("pk").values_list(
        "application", "seat", "seat__body", "points", "state"
    ):
        if state == "locked":
            cast[application].append(
                Cast.model_validate(
                    {"application": str(application), "evaluator": str(seat), "body": body, "points": points}
                )
            )
        elif state == "draft" and round.state == "scoring":
            unsettled.add(application)
    settled = {application: given for application, given in cast.items() if application not in unsettled}
    told: Told = {}
    for found in deviations(rule, [ballot for given in settled.values() for ballot in given]):
        key = (UUID(found.evaluator), UUID(found.application))
        told.setdefault(key, {"items": []})["items"].append(found.as_json())
    _tell(round, "deviation", told, Remark.objects.within(seat__round=round, application__in=list(settled)))


def mark_leaning(round: Round, found: Confidence | None) -> None:
    """Tell the evaluators of this round whom the estimate marks, and take back what it no longer says."""
    lines = () if found is None else found.judges
    least = settings_of(round.challenge).mark_points
    told: Told = {
        (UUID(line.evaluator), None): line.as_json()
        for line in lines
        if line.stage == round.stage and leaning_of(line, least) in ("harsh", "lenient")
    }
    _tell(round, "leaning", told, Remark.objects.within(seat__round=round, kind="leaning"))


def application_left(sender: type[Any], application: Any, **kwargs: Any) -> None:
    """Nobody owes a reason about an application that was withdrawn."""
    _lift(Remark.objects.within(application=application).exclude(state="lifted"))


def _tell(round: Round, kind: str, told: Told, known: Any) -> None:
    standing = {
        (remark.seat_id, remark.application_id): remark
        for remark in known.select_related("seat__round__challenge__rulebook", "application").select_for_update(
            of=("self",)
        )
    }
    seats = {seat.pk: seat for seat in Seat.objects.within(round=round, pk__in={seat for seat, _ in told})}
    for (seat, application), content in sorted(told.items(), key=lambda item: (str(item[0][0]), str(item[0][1]))):
        seats[seat].round = round
        remark = standing.get((seat, application)) or Remark(seat=seats[seat], application_id=application, kind=kind)
        remarks.tell_evaluator(actor=SYSTEM, remark=remark, content=content)
    _lift(remark for key, remark in standing.items() if key not in told and remark.state != "lifted")


def _lift(found: Iterable[Remark]) -> None:
    for remark in found:
        remarks.lift_remark(actor=SYSTEM, remark=remark)
