"""A CSV with a heading row, as rows by heading."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from didimdol_decide.commands.files import WrongUse, cannot_read

Rows = Iterator[tuple[str, dict[str, str]]]


def read_table(path: str, needed: set[str], form: tuple[str, str]) -> Rows:
    """Each row as its place ("file:line") and its cells by heading, trimmed; empty rows are left out.

    needed: headings that must be there. form: what the first row must be, in Korean and English. Raises
    WrongUse.
    """
    rows = csv.reader(io.StringIO(_text(path)), strict=True)
    try:
        head = [name.strip() for name in next(rows, [])]
        if len(set(head)) != len(head) or "" in head or not needed <= set(head):
            ko, en = form
            raise WrongUse(
                f"{path}: 첫 줄은 서로 다른 이름이어야 합니다: {ko}",
                f"{path}: the first row must be names, each once: {en}",
            )
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            where = f"{path}:{rows.line_num}"
            if len(row) != len(head):
                raise WrongUse(
                    f"{where}: 칸이 {len(row)}개입니다 ({len(head)}개여야 함).",
                    f"{where}: {len(row)} cells, not {len(head)}",
                )
            yield where, {name: cell.strip() for name, cell in zip(head, row, strict=True)}
    except csv.Error as error:
        line = rows.line_num
        raise WrongUse(
            f"올바른 CSV가 아닙니다: {path} ({line}번째 줄까지 읽음). 따옴표가 짝이 맞는지 보십시오.",
            f"{path} is no sound CSV: {error} (line {line}). Look for a quote without its pair.",
        ) from error


def _text(path: str) -> str:
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise cannot_read(path, error) from error
    for encoding in ("utf-8-sig", "cp949"):  # Korean Excel still writes the latter
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WrongUse(
        f"글자를 읽을 수 없습니다 (UTF-8도 CP949도 아님): {path}. 'CSV UTF-8'로 저장하세요.",
        f"{path} is neither UTF-8 nor CP949. Save it as 'CSV UTF-8'.",
    )
