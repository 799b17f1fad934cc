"""Tables as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from didimdol_decide.commands.common import WrongUse


def write_csv(path: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Raises WrongUse. A name that a spreadsheet would take for a formula stays text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(
        ["'" + cell if cell[:1] in "=+-@\t\r" and cell else cell for cell in row] for row in rows
    )
    try:
        Path(path).write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    except OSError as error:
        raise WrongUse(
            f"파일을 쓸 수 없습니다: {path} ({error.strerror})", f"Cannot write {path}: {error.strerror}"
        ) from error
