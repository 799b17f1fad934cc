"""Tables as CSV for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

from didimdol_decide.commands.files import written


def write_csv(path: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Raises WrongUse. A name that a spreadsheet would take for a formula stays text."""
    with written(path, encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(head)
        writer.writerows(
            ["'" + cell if cell[:1] in "=+-@\t\r" and cell else cell for cell in row] for row in rows
        )
