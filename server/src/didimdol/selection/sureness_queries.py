"""Reads of the remarks to evaluators: their own, and those of the rounds that one conducts."""

from __future__ import annotations

from django.db.models import Count, Q

from didimdol.evaluation.models import Round, Seat
from didimdol.kernel.actor import Actor
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.selection import sureness_rules as rules
from didimdol.selection.models import Remark

_SEAT = ("seat__round__challenge__programme", "seat__round__challenge__rulebook")


def remarks_of(actor: Actor, seat: Seat) -> ScopedQuerySet[Remark]:
    """An evaluator's own remarks at a seat, but those that no longer hold."""
    found = Remark.objects.visible(rules.own_remarks(actor), seat=seat).exclude(state="lifted")
    return found.select_related(*_SEAT, "application").order_by("application__number", "pk")


def own_counts(actor: Actor, round: Round) -> tuple[int, int] | None:
    """How many remarks an evaluator has in a round, and how many of them may be answered; None where there is none."""
    found = Remark.objects.visible(rules.own_remarks(actor), seat__round=round).exclude(state="lifted")
    counted = found.aggregate(all=Count("pk"), open=Count("pk", filter=Q(state="open")))
    return (counted["all"], counted["open"]) if counted["all"] else None


def deviations_in(round: Round) -> ScopedQuerySet[Remark]:
    """The deviating ballots of a round, for those who conduct it (access: the round's)."""
    found = Remark.objects.within(seat__round=round, kind="deviation").exclude(state="lifted")
    return found.select_related("seat__person", "application__startup")


def deviation_counts(round: Round) -> tuple[int, int]:
    """How many deviating ballots a round has, and how many of them have their reason."""
    found = Remark.objects.within(seat__round=round, kind="deviation").exclude(state="lifted")
    counted = found.aggregate(all=Count("pk"), answered=Count("pk", filter=Q(state="answered")))
    return counted["all"], counted["answered"]


def leanings_in(round: Round) -> dict[str, Remark]:
    """Seat → what its evaluator was told by the estimate."""
    found = Remark.objects.within(seat__round=round, kind="leaning").exclude(state="lifted")
    return {str(remark.seat_id): remark for remark in found}
