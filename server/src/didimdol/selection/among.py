"""Where an application stands among its field: the scores of all as marks on one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from didimdol.kernel.words import pick, text
from didimdol.selection.enums import OUTCOMES
from didimdol.selection.models import Line
from didimdol.selection.sureness_figures import Axis, Strip

IN = ("selected", "passed")


@dataclass(frozen=True, slots=True)
class Among:
    """``rows``: (rank, number, score, outcome, whether it is this one), best first. ``line``: between whom it runs."""

    strip: Strip
    label: str
    lowest: str
    highest: str
    line: str
    rows: list[tuple[str, str, str, str, bool]]


def among(own: Line, group: Sequence[Line]) -> Among | None:
    """``group``: the lines of its field (or the pool). None where it or the field has no score to compare."""
    scored = sorted((line for line in group if line.score), key=lambda line: -Decimal(line.score))
    if not own.score or len(scored) < 2:
        return None
    values = [Decimal(line.score) for line in scored]
    inside = [Decimal(line.score) for line in scored if line.computed in IN]
    outside = [Decimal(line.score) for line in scored if line.computed not in IN]
    at = (min(inside) + max(outside)) / 2 if inside and outside else None
    said = text("", "")
    if at is not None:
        said = text(
            f"선정선은 {min(inside)}점(안)과 {max(outside)}점(밖) 사이입니다.",
            f"The line runs between {min(inside)} (in) and {max(outside)} (out).",
        )
    label = text(
        f"{own.score}점, 점수가 있는 {len(scored)}건 가운데 {own.rank or '–'}위. {said['ko']}",
        f"{own.score} points, rank {own.rank or '–'} of {len(scored)} with a score. {said['en']}",
    )
    others = [Decimal(line.score) for line in scored if line.pk != own.pk]
    return Among(
        strip=Axis(min(values), max(values)).strip(None, Decimal(own.score), None, at, others),
        label=pick(label),
        lowest=scored[-1].score,
        highest=scored[0].score,
        line=pick(said),
        rows=[
            (
                str(line.rank or "–"),
                line.application.number,
                line.score,
                pick(OUTCOMES[line.computed]),
                line.pk == own.pk,
            )
            for line in scored
        ],
    )
