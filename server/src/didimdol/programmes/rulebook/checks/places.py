"""How many are selected, in all and by field, is said once."""

from __future__ import annotations

from collections.abc import Iterator

from didimdol.programmes.rulebook.base import text
from didimdol.programmes.rulebook.checks.finding import Finding
from didimdol.programmes.rulebook.schema import Rulebook
from didimdol_decide.rules import FieldQuota


def check_places(book: Rulebook) -> Iterator[Finding]:
    places, quota = book.demands.places, book.evaluation.selection.quota
    where = ("evaluation", "selection", "quota")
    if book.demands.pooled:
        for entry in book.fields:
            if entry.quota is not None:
                yield Finding(
                    ("fields", entry.key, "quota"),
                    text(
                        "선발 규모를 통합하는데 분야별 규모가 있습니다.",
                        "Places are pooled, yet this field has its own.",
                    ),
                    text(
                        "quota를 지우거나 pooled: false로 바꾸십시오.",
                        "Remove quota, or write pooled: false.",
                    ),
                )
        if quota != places:
            yield Finding(
                where,
                text("통합 선발 규모와 다릅니다.", "This differs from the pooled places."),
                text(f"quota: {places}로 적거나 지우십시오.", f"Write quota: {places}, or leave it out."),
            )
        return
    for entry in book.fields:
        if entry.quota is None:
            yield Finding(
                ("fields", entry.key, "quota"),
                text("분야별 선발 규모가 없습니다.", "The field has no places."),
                text("quota를 적거나 pooled: true로 바꾸십시오.", "Write its quota, or pooled: true."),
            )
    total = sum(entry.quota or 0 for entry in book.fields)
    if total != places:
        sums = " + ".join(str(entry.quota or 0) for entry in book.fields)
        yield Finding(
            ("demands", "places"),
            text(
                f"분야별 선발 규모의 합({sums} = {total})이 전체 {places}와 다릅니다.",
                f"The fields' quotas ({sums} = {total}) do not sum to {places} places.",
            ),
            text(
                f"places: {total}로 바꾸거나 분야별 quota를 고치십시오.",
                f"Write places: {total}, or change the quotas.",
            ),
        )
    by_field = {entry.key: entry.quota or 0 for entry in book.fields}
    if any(entry.quota is None for entry in book.fields):
        return
    if not isinstance(quota, FieldQuota) or quota.by_field != by_field:
        yield Finding(
            where,
            text(
                "선발 규칙의 규모가 분야별 규모와 다릅니다.",
                "The selection's quota differs from the fields' quotas.",
            ),
            text("quota를 지우면 분야별 규모를 씁니다.", "Leave quota out to use the fields' own."),
        )
