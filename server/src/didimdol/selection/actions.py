"""Writes of the selection: compute, hold, exclude, decide, release."""

from __future__ import annotations

from typing import Any

from didimdol_decide.record import own_view, public_view, seal_selection

from didimdol.evaluation.guards import stage_rules
from didimdol.evaluation.models import Round
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import text
from didimdol.people import queries as people
from didimdol.people.enums import Role
from didimdol.programmes import actions as programme_actions
from didimdol.programmes.queries import rules_of
from didimdol.records import keys
from didimdol.records.sealing import seal
from didimdol.selection import computing, rules
from didimdol.selection.enums import EXCLUSIONS
from didimdol.selection.models import Line, Selection
from didimdol.selection.states import SELECTION


@action
def compute_selection(*, actor: Actor, round: Round) -> Selection:
    """Compute the outcome of a closed round from its ballots, exactly as the rulebook says. May be repeated until decided."""
    round = locked(round)
    if round.state != "closed":
        raise WrongState(
            "round_not_closed",
            text("평가를 마감한 뒤에 순위를 계산할 수 있습니다.", "The ranking is computed after the round has closed."),
        )
    selection = Selection.objects.within(round=round).select_for_update().first()
    final = round.stage == stage_rules(rules_of(round.challenge))[-1].key
    if selection is None:
        selection = Selection(round=round, final=final, computed_by_id=actor.person)
        by = require(rules.computes(actor, selection))
        SELECTION.enter(actor, selection, by=by)
    else:
        by = require(rules.computes(actor, selection))
        if selection.state != "computed":
            raise WrongState("already_decided", text("의결한 뒤에는 다시 계산하지 않습니다.", "After the decision nothing is computed again."))
        selection.computed_by_id = actor.person
    _compute(selection, by)
    return selection


def _compute(selection: Selection, by: Any) -> None:
    outcome, computed = computing.outcome_of(selection.round)
    selection.outcome = outcome.as_json()
    save(selection, "outcome", "computed_by")
    lines = {str(line.application_id): line for line in Line.objects.within(selection=selection)}
    for application, values in computed.items():
        line = lines.get(application) or Line(selection=selection, application_id=application)
        line.computed, line.rank, line.score = values["computed"], values["rank"], values["score"]
        save(line, "computed", "rank", "score")
    audit("selection.computed", selection, by=by, facts={"lines": len(computed), "stage": selection.round.stage})


def _line_to_change(actor: Actor, line: Line, reason: str) -> tuple[Line, Any]:
    line = locked(line)
    by = require(rules.releases(actor, line.selection))
    if line.selection.state != "computed":
        raise WrongState("already_decided", text("의결하기 전에만 바꿀 수 있습니다.", "Possible only before the decision."))
    if not reason.strip():
        missing = text("사유를 적어 주십시오.", "Please give the reason.")
        raise BadInput("reason_required", missing, fields={"reason": missing})
    return line, by


@action
def hold_line(*, actor: Actor, line: Line, reason: str) -> Line:
    """Keep one result back from the release, with a reason on record."""
    line, by = _line_to_change(actor, line, reason)
    line.held, line.held_reason = True, reason
    save(line, "held", "held_reason")
    audit("selection_line.held", line, by=by, personal={"reason": reason})
    return line


@action
def unhold_line(*, actor: Actor, line: Line, reason: str) -> Line:
    line, by = _line_to_change(actor, line, reason)
    line.held, line.held_reason = False, ""
    save(line, "held", "held_reason")
    audit("selection_line.unheld", line, by=by, personal={"reason": reason})
    return line


@action
def exclude_line(*, actor: Actor, line: Line, ground: str, reason: str) -> Line:
    """Take an application out (운영요령 §9: found ineligible, false statement, ...) and compute again without it."""
    if ground not in EXCLUSIONS:
        wrong = text("제외 사유를 고르십시오.", "Choose the ground of the exclusion.")
        raise BadInput("ground_required", wrong, fields={"ground": wrong})
    line, by = _line_to_change(actor, line, reason)
    line.excluded = ground
    save(line, "excluded")
    audit("selection_line.excluded", line, by=by, facts={"ground": ground}, personal={"reason": reason})
    _compute(line.selection, by)
    return line


@action
def decide_selection(*, actor: Actor, selection: Selection) -> Selection:
    """Decide the computed outcome. Never by the person who computed it."""
    selection = locked(selection)
    SELECTION.move("decide", actor, selection, facts={"held": selection.lines.filter(held=True).count()})
    return selection


@action
def reconsider_selection(*, actor: Actor, selection: Selection, reason: str) -> Selection:
    """Take a decision back before its release."""
    selection = locked(selection)
    SELECTION.move("reconsider", actor, selection, reason=reason)
    return selection


@action
def release_selection(*, actor: Actor, selection: Selection) -> Selection:
    """Release all at once: seal the records, tell every applicant, open the result to the public."""
    selection = locked(selection)
    if not SELECTION.move("release", actor, selection):
        return selection
    selection.released_at = clock.now()
    challenge = selection.round.challenge
    lines = list(selection.lines.select_related("application__startup"))
    if selection.final:
        _seal(selection, lines)
        programme_actions.close_challenge(actor=actor, challenge=challenge)
    save(selection, "released_at", "record", "public_record")
    for line in lines:
        if line.held:
            continue
        people_of_startup = people.persons_with(Role.CEO, Role.STAFF, organisation=line.application.startup)
        notify(
            [person.pk for person in people_of_startup],
            subject=text(f"평가 결과가 공개되었습니다 · {line.application.number}", f"Your result is released · {line.application.number}"),
            body=text(
                "결과와 점수 계산 내역, 결과를 스스로 다시 계산해 볼 수 있는 봉인 기록을 확인하실 수 있습니다.",
                "You can see your result, how its score was calculated, and the sealed record with which you can check it yourself.",
            ),
            url=f"/selection/own/{line.application_id}/",
        )
    return selection


def _seal(selection: Selection, lines: list[Line]) -> None:
    """Three tiers of one record: full (auditor), public (everybody), own (each applicant)."""
    key_id, private_key = keys.current()
    full = seal_selection(computing.inputs_of(selection.round), private_key, key_id)
    challenge = selection.round.challenge

    def keep(tier: str, document: dict[str, Any], subject: Any, organisation: Any = None) -> Any:
        return seal(
            kind="selection", tier=tier, subject_id=subject, challenge=challenge.pk, organisation=organisation,
            document=document, digest=str(document["digest"]),
        )  # fmt: skip

    selection.record = keep("full", full, selection.pk)
    selection.public_record = keep("public", public_view(full), selection.pk)
    for line in lines:
        line.own_record = keep("own", own_view(full, str(line.application_id)), line.pk, line.application.startup_id)
        save(line, "own_record")
