"""The pool of a draw as an Excel file: names beside pseudonyms, with what opens them."""

from __future__ import annotations

from collections.abc import Sequence

from didimdol.evaluation.draw_words import BARRED, GROUPS, NAMES
from didimdol.evaluation.models import Draw, DrawPerson
from didimdol.kernel.words import pick, text
from didimdol.records.spreadsheet import workbook

STANDINGS = {"drawn": text("추첨됨", "drawn"), "left": text("물러남", "left")}
COLUMNS = (
    text("가명", "Pseudonym"),
    text("이름", "Name"),
    text("기관", "Organisation"),
    text("명부에 포함", "In the pool"),
    *NAMES.values(),
    text("올해 참여한 평가", "Panels this year"),
    text("제외 사유", "Barred"),
    text("추첨", "Draw"),
    text("사람 ID", "Person id"),
    text("가명을 여는 값", "What opens the pseudonym"),
)


def pool_workbook(draw: Draw, people: Sequence[DrawPerson]) -> bytes:
    yes = pick(text("예", "yes"))
    rows = [
        (
            row.code,
            row.person.name,
            pick(row.organisation.name),
            yes if row.included else "",
            *(pick(GROUPS[attribute].get(getattr(row, attribute))) for attribute in NAMES),
            row.served,
            pick(BARRED.get(row.barred)),
            pick(STANDINGS.get(row.standing)),
            str(row.person_id),
            row.salt,
        )
        for row in people
    ]
    return workbook(f"draw-{draw.number}", [pick(label) for label in COLUMNS], rows)
