"""Writes of the selection: compute, hold, exclude, decide, release."""

from __future__ import annotations

from didimdol.evaluation.models import Round
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, defer, locked, notify, save, wait
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.programmes import actions as programme_actions
from didimdol.records.opening import opened
from didimdol.selection import computing, queries, rules, sureness_rules, tiers
from didimdol.selection.actions.estimates import TASK
from didimdol.selection.actions.places import open_places
from didimdol.selection.actions.remarks import close_with_release
from didimdol.selection.enums import EXCLUSIONS
from didimdol.selection.models import Line, Selection
from didimdol.selection.states.selection import SELECTION
from didimdol_decide.record import SelectionInputs, compute


@action
def compute_selection(*, actor: Actor, round: Round) -> Selection:
    """Compute the outcome of a closed round from its ballots, as the rulebook says. May be repeated until decided.

    Raises AccessDenied, WrongState.
    """
    round = locked(round)
    by = require(rules.may_compute(actor, round))
    assert actor.person is not None  # a role is a person's
    if round.state != "closed":
        raise WrongState("round_not_closed", *_NOT_CLOSED, state=round.state)
    selection = Selection.objects.within(round=round).select_for_update(of=("self",)).first()
    if selection is None:
        selection = Selection(round=round, final=queries.is_last(round), computed_by_id=actor.person)
        SELECTION.enter(actor, selection, by=by)
        wait(round, [])  # the ranking is there
    elif selection.state != "computed":
        raise WrongState("already_decided", *_DECIDED, state=selection.state)
    selection.computed_by_id = actor.person
    _compute(selection, by)
    return selection


def _compute(selection: Selection, by: Grant | None) -> None:
    """Fill the selection and its lines from what the database holds now."""
    round = selection.round
    inputs = computing.inputs_of(round)
    outcome = compute(inputs)
    selection.inputs, selection.outcome, selection.computed_at = inputs.as_json(), outcome.as_json(), clock.now()
    save(selection, "inputs", "outcome", "computed_by", "computed_at")
    lines = {str(line.application_id): line for line in Line.objects.within(selection=selection)}
    computed = computing.lines_of(round.stage, inputs, outcome, queries.came_in(round, inputs))
    for application, values in computed.items():
        line = lines.get(application) or Line(selection=selection, application_id=application)
        if (line.computed, line.rank, line.score) != (values.outcome, values.rank, values.score):
            line.computed, line.rank, line.score = values.outcome, values.rank, values.score
            save(line, "computed", "rank", "score")
    audit("selection.computed", selection, by=by, facts={"lines": len(computed), "stage": round.stage})
    if sureness_rules.settings_of(round.challenge).enabled:
        defer(TASK, selection=str(selection.pk))


# --- one line ------------------------------------------------------------------------------------------------------


@action
def hold_line(*, actor: Actor, line: Line, reason: str) -> Line:
    """Something about this application must be looked into: nothing is released until the hold is lifted."""
    line, by, reason = _to_settle(actor, line, reason, "computed", "decided")
    line.held, line.held_reason = True, reason
    save(line, "held", "held_reason")
    audit("selection_line.held", line, by=by, personal={"reason": reason})
    return line


@action
def unhold_line(*, actor: Actor, line: Line, reason: str) -> Line:
    """It has been looked into. A line that is not held stays so."""
    line, by, reason = _to_settle(actor, line, reason, "computed", "decided")
    line.held, line.held_reason = False, ""
    save(line, "held", "held_reason")
    audit("selection_line.unheld", line, by=by, personal={"reason": reason})
    return line


@action
def exclude_line(*, actor: Actor, line: Line, ground: str, reason: str) -> Line:
    """Take an application out (운영요령 §9: not eligible, a false statement, …) and compute again without it."""
    if ground not in EXCLUSIONS:
        raise BadInput("ground_required", _GROUND, fields={"ground": _GROUND})
    line, by, reason = _to_settle(actor, line, reason, "computed")
    line.excluded, line.excluded_reason = ground, reason
    save(line, "excluded", "excluded_reason")
    audit("selection_line.excluded", line, by=by, facts={"ground": ground}, personal={"reason": reason})
    _compute(line.selection, by)
    return _again(line)


@action
def readmit_line(*, actor: Actor, line: Line, reason: str) -> Line:
    """Take an exclusion back and compute again."""
    line, by, reason = _to_settle(actor, line, reason, "computed")
    line.excluded = line.excluded_reason = ""
    save(line, "excluded", "excluded_reason")
    audit("selection_line.readmitted", line, by=by, personal={"reason": reason})
    _compute(line.selection, by)
    return _again(line)


def _to_settle(actor: Actor, line: Line, reason: str, *states: str) -> tuple[Line, Grant | None, str]:
    # The selection first, as every other action does: two actions never wait for each other in a circle.
    selection = locked(line.selection)
    line = locked(line)
    line.selection = selection
    by = require(rules.may_settle(actor, line))
    if selection.state not in states:
        raise WrongState("already_decided", *_DECIDED, state=selection.state)
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    return line, by, normal(reason.strip())


def _again(line: Line) -> Line:
    line.refresh_from_db()
    return line


# --- the whole -----------------------------------------------------------------------------------------------------


@action
def decide_selection(*, actor: Actor, selection: Selection) -> Selection:
    """Decide the computed outcome. Raises AccessDenied (never the person who computed it; what is unsettled), WrongState."""
    selection = locked(selection)
    SELECTION.move("decide", actor, selection, facts={"stage": selection.round.stage})
    return selection


@action
def reconsider_selection(*, actor: Actor, selection: Selection, reason: str) -> Selection:
    """Take a decision back before its release."""
    selection = locked(selection)
    SELECTION.move("reconsider", actor, selection, reason=reason)
    return selection


@action
def release_selection(*, actor: Actor, selection: Selection) -> Selection:
    """Release all at once: seal the records, tell every applicant, open the result to the public. Never undone.

    Raises AccessDenied (also while a line is held, or something changed since it was computed), WrongState.
    """
    selection = locked(selection)
    if not SELECTION.move("release", actor, selection, facts={"stage": selection.round.stage}):
        return selection
    selection.released_at = clock.now()
    lines = list(selection.lines.select_related("application__field"))
    if selection.final:
        inputs = SelectionInputs.model_validate(selection.inputs)
        tiers.seal_all(selection, inputs, lines)
        programme_actions.close_challenge(actor=actor, challenge=selection.round.challenge)
        open_places(actor, selection, lines)
    save(selection, "released_at", "record", "public_record")
    close_with_release(selection.round, selection.released_at)
    _tell(selection, lines)
    return selection


def _tell(selection: Selection, lines: list[Line]) -> None:
    """Everybody of the startups, with the way to their own result."""
    people = queries.people_of([line.application.startup_id for line in lines], selection.round.challenge_id)
    for line in lines:
        number = line.application.number
        notify(
            people.get(line.application.startup_id, []),
            subject=text(f"평가 결과가 공개되었습니다 · {number}", f"Your result is released · {number}"),
            body=_FINAL_RESULT if selection.final else _STAGE_RESULT,
            url=queries.own_url(line.application_id),
        )


@action
def export_selection(*, actor: Actor, selection: Selection, reason: str) -> Selection:
    """Somebody takes the ranking out of the system (안전성 확보조치 기준: a download carries its reason)."""
    by = require(rules.may_read(actor, selection))
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    reason = normal(reason.strip())
    audit("selection.exported", selection, by=by, facts={"stage": selection.round.stage}, personal={"reason": reason})
    opened(actor, "export: selection", selection, purpose=reason)
    return selection


_NOT_CLOSED = (
    text("평가를 마감한 뒤에 순위를 계산할 수 있습니다.", "The ranking is computed after the round has closed."),
    text("평가 화면에서 먼저 마감해 주십시오.", "Close the round on its page first."),
)
_DECIDED = (
    text("의결하거나 공개한 결과는 바꿀 수 없습니다.", "A decided or released outcome cannot be changed."),
    text("공개하기 전이면 의결을 먼저 취소해 주십시오.", "Before the release, take the decision back first."),
)
_REASON = text("사유를 적어 주십시오.", "Please give the reason.")
_GROUND = text("제외 사유를 고르십시오.", "Choose the ground of the exclusion.")
_STAGE_RESULT: Text = text(
    "이 단계의 결과와 점수를 확인하실 수 있습니다.", "You can see the result and your score of this stage."
)
_FINAL_RESULT: Text = text(
    "결과와 단계별 점수, 그리고 결과를 스스로 확인할 수 있는 봉인 기록을 받으실 수 있습니다.",
    "You can see your result with the score of each stage, and get the sealed record that lets you check it yourself.",
)
