"""Writes of the advice on a ranking: asked for, made, deleted. The selection itself is never touched."""

from __future__ import annotations

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, defer, locked, save, wait
from didimdol.kernel.actor import Actor
from didimdol.selection import remarking, sureness
from didimdol.selection import sureness_rules as rules
from didimdol.selection.models import Estimate, Remark, Selection

TASK = "selection.estimate"


@action
def ask_for_estimate(*, actor: Actor, selection: Selection) -> Selection:
    """Have the estimate of a selection made, in the background. Raises AccessDenied."""
    by = require(rules.may_ask_for_estimate(actor, selection))
    audit("selection_estimate.asked", selection, by=by)
    defer(TASK, selection=str(selection.pk))
    return selection


@action
def estimate_selection(*, actor: Actor, selection: Selection) -> Selection:
    """Make the estimate, and tell the evaluators whom it marks. Nothing is kept where the selection was computed anew
    meanwhile: that asked for its own. Raises AccessDenied (the system makes it)."""
    require(rules.is_system(actor, selection))
    digest, content = sureness.digest_of(selection), sureness.estimated(selection)
    selection = locked(selection)
    if digest != sureness.digest_of(selection) or rules.is_over(selection):
        audit("selection_estimate.dropped", selection, facts={"digest": digest})
        return selection
    found = Estimate.objects.within(selection=selection).first() or Estimate(selection=selection)
    found.digest, found.content, found.computed_at = digest, content, clock.now()
    save(found, "digest", "content", "computed_at")
    audit("selection_estimate.made", found, facts={"digest": digest})
    if selection.state != "released":  # nobody reads a reply any more
        remarking.mark_leaning(selection.round, sureness.confidence_of(found))
    return selection


@action
def delete_estimate(*, actor: Actor, estimate: Estimate) -> None:
    """The time to keep it is over: the estimate goes, and what evaluators were told by it, with their replies.
    Reasons for deviating items are no part of it and stay. Raises AccessDenied (the system deletes it)."""
    require(rules.is_system(actor, estimate))
    estimate = locked(estimate)
    remarks = Remark.objects.within(seat__round=estimate.selection.round_id, kind="leaning")
    for remark in remarks.select_related("seat__round").order_by("pk"):
        wait(remark, [])
    gone, _ = remarks.delete()
    keep_days = rules.settings_of(estimate.selection.round.challenge).keep_days
    audit("selection_estimate.deleted", estimate, facts={"remarks": gone, "keep_days": keep_days})
    estimate.delete()


def delete_overdue(actor: Actor) -> None:
    """Every estimate whose time is over."""
    kept = Estimate.objects.unscoped(why="all whose time to be kept may be over")
    for estimate in kept.select_related("selection__round__challenge__rulebook").order_by("pk"):
        if rules.is_over(estimate.selection):
            delete_estimate(actor=actor, estimate=estimate)
