"""Whether anybody in the pool of a draw could follow who leaves: told before anybody asks, and never who it would be."""

from __future__ import annotations

from typing import Any

from didimdol.evaluation import draw_rules, drawing
from didimdol.evaluation.models import Draw, DrawPerson
from didimdol.kernel.access import Access, Denied, reasons
from didimdol.kernel.words import text
from didimdol_decide.drawing import DrawOutcome, Recusal, could_follow

reasons(
    {
        "draw_used_up": text(
            "추첨 명부에 규칙을 지키며 뒤를 이을 사람이 없습니다. 대체를 요청하지 말고 빈자리 채우기 화면에서 남은 위원으로 채우십시오.",
            "Nobody in the pool of the draw could follow within the rules: ask for nobody, and fill the empty seats among the others on the filling page.",
        ),
    }
)


def leaving_with(draw: Draw, leaving: DrawPerson) -> set[str]:
    """Whose places are drawn for when this one leaves: theirs, and of those who left before without a successor."""
    left = draw.replacements.filter(state="unfilled").values_list("leaving__code", flat=True)
    answered = {code for recusal in drawing.inputs_of(draw).recusals for code in recusal.people}
    return (set(left) - answered) | {leaving.code}


def could_be_followed(leaving: DrawPerson) -> bool:
    draw = leaving.draw
    assert draw.record is not None  # as of every draw that named somebody
    payload: Any = draw.record.document["payload"]
    gone = Recusal(panel=draw.body, people=tuple(sorted(leaving_with(draw, leaving))), reason="leaves")
    return could_follow(drawing.inputs_of(draw), DrawOutcome.model_validate(payload["outcome"]).panels, gone)


def may_ask(leaving: DrawPerson) -> Access:
    """A replacement may be asked for; of an empty place only where somebody could follow, else the others take over."""
    access = draw_rules.replaceable(leaving)
    if access and leaving.draw.round.state == "scoring" and not could_be_followed(leaving):
        return Denied("draw_used_up")
    return access
