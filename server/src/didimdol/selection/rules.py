"""Who computes, decides and releases; and what must be settled first."""

from __future__ import annotations

from didimdol.evaluation.models import Round
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Field
from didimdol.selection import computing
from didimdol.selection.models import Line, Selection


def may_read(actor: Actor, selection: Selection) -> Access:
    """The ranking and the calculation sheets."""
    return programme_rules.runs(actor, selection.round.challenge, Role.COORDINATOR, Role.MANAGER, Role.AUDITOR)


def may_compute(actor: Actor, round: Round) -> Access:
    return programme_rules.runs(actor, round.challenge, Role.COORDINATOR, Role.MANAGER)


def may_decide(actor: Actor, selection: Selection) -> Access:
    """A manager decides, but never the person who computed it."""
    access = may_release(actor, selection)
    return Denied("own_work") if access and selection.computed_by_id == actor.person else access


def may_release(actor: Actor, selection: Selection) -> Access:
    """Who runs the evaluation sees the ranking too; the reason names whose turn it is."""
    access = programme_rules.runs(actor, selection.round.challenge, Role.MANAGER)
    return access or Denied("only_the_manager")


def may_settle(actor: Actor, line: Line) -> Access:
    """Hold a line, exclude it, and take either back."""
    return may_release(actor, line.selection)


def may_see_full_record(actor: Actor, selection: Selection) -> Access:
    """The full record holds every ballot: auditors and managers."""
    return programme_rules.runs(actor, selection.round.challenge, Role.AUDITOR, Role.MANAGER)


# --- what must be settled ------------------------------------------------------------------------------------------


def ready_to_decide(selection: Selection) -> Access:
    access = as_computed(selection)
    if not access:
        return access
    for group in selection.outcome["ranking"]["groups"] if selection.final else ():
        if group["new_notice_needed"]:
            name = group_name(selection, group["group"])
            return Denied("call_again", group_ko=name["ko"], group_en=name["en"], shortfall=group["shortfall"])
    return Allowed


def ready_to_release(selection: Selection) -> Access:
    held = selection.lines.filter(held=True).count()
    return Denied("lines_held", held=held) if held else as_computed(selection)


def as_computed(selection: Selection) -> Access:
    """What is decided and released is what the ballots and applications say now: a withdrawal since then counts."""
    if selection.round.challenge.state != "evaluating":
        return Denied("not_in_evaluation")
    same = computing.inputs_of(selection.round).as_json() == selection.inputs
    return Allowed if same else Denied("changed_since_computed")


def group_name(selection: Selection, group: str) -> Text:
    field = Field.objects.within(challenge=selection.round.challenge_id, key=group).first()
    return text(field.name["ko"], field.name.get("en") or field.name["ko"]) if field else ALL_FIELDS


ALL_FIELDS = text("전체 분야", "All fields")

reasons(
    {
        "only_the_manager": text(
            "이 챌린지의 사업 담당이 할 일입니다.", "This is for the programme manager of the challenge."
        ),
        "lines_held": text(
            "보류한 신청이 {held}건 있습니다. 보류를 모두 정리해야 한꺼번에 공개할 수 있습니다.",
            "Applications that are held: {held}. Settle them first: everything is released at once.",
        ),
        "call_again": text(
            "‘{group_ko}’ 분야의 자리가 {shortfall}개 남았고 공고는 이를 허용하지 않습니다. 재공고가 필요합니다.",
            "Places of “{group_en}” that stay empty: {shortfall}. The notice does not allow that: a new notice is needed.",
        ),
        "changed_since_computed": text(
            "계산한 뒤에 신청이 철회되는 등 바뀐 것이 있습니다. 다시 계산해 주십시오.",
            "Something changed since it was computed, such as a withdrawal. Please compute again.",
        ),
        "not_in_evaluation": text("평가 중인 챌린지가 아닙니다.", "The challenge is not under evaluation."),
    }
)
