"""From a computed selection to the advice on how sure it is, and back to whether that advice still fits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from didimdol.selection.models import Estimate, Selection
from didimdol_decide.canonical import digest
from didimdol_decide.confidence import Confidence, ConfidenceInputs, JudgeLine, NothingToSay, how_sure
from didimdol_decide.confidence.result import Leaning


def digest_of(selection: Selection) -> str:
    """Of all that an estimate depends on: ballots, who is excluded, the rule."""
    return digest(selection.inputs)


def estimated(selection: Selection) -> dict[str, Any]:
    """The content of an estimate: seconds of work for some hundred applications."""
    try:
        return how_sure(ConfidenceInputs.from_document(selection.inputs)).as_json()
    except NothingToSay as problem:
        return {"nothing": problem.text.as_json()}


def fresh(selection: Selection) -> Estimate | None:
    """The estimate, if it was made from what the selection says now."""
    found = Estimate.objects.within(selection=selection).first()
    return found if found is not None and found.digest == digest_of(selection) else None


def leaning_of(line: JudgeLine, least: Decimal) -> Leaning | None:
    """Whom the page marks: harsh or lenient for sure, and by at least so many points; a small leaning is none."""
    if line.leaning in (None, "neither") or line.offset is None:
        return line.leaning
    return line.leaning if abs(line.offset) >= least else "neither"


def confidence_of(estimate: Estimate) -> Confidence | None:
    """None where nothing can be said."""
    return None if "nothing" in estimate.content else Confidence.model_validate(estimate.content)
