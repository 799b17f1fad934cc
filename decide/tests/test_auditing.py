from __future__ import annotations

from pathlib import Path

import pytest

from audit_errors import ERRORS, clean, planted
from audit_sheets import Book
from didimdol_decide.auditing import AuditResult, audit_grids, read_grids, rule_of

NAMES = sorted(ERRORS)


def audited(book: Book, path: Path) -> AuditResult:
    return audit_grids(read_grids(book.save(path)), rule_of(book.rule()), path.name)


def found(result: AuditResult) -> set[tuple[str, str]]:
    return {(finding.cell, finding.kind) for finding in result.findings}


@pytest.mark.parametrize("block", range(20))
def test_nothing_is_reported_of_200_clean_sheets(block: int, tmp_path: Path) -> None:
    for seed in range(block * 10, block * 10 + 10):
        book = clean(seed)
        book.totals_rows()
        result = audited(book, tmp_path / f"{seed}.xlsx")
        assert found(result) == set(), (seed, [finding.message.en for finding in result.findings])
        assert sum(sheet.applications for sheet in result.sheets) == len(book.apps)
        assert result.checked > 3 * len(book.apps)


@pytest.mark.parametrize("name", NAMES)
def test_every_planted_error_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    """9 sheets of each of 24 kinds: 216."""
    for seed in range(9):
        book = planted(name, 5000 + seed)
        result = audited(book, tmp_path / f"{name}{seed}.xlsx")
        assert found(result) == book.planted, (
            name,
            seed,
            book.layout,
            [one.model_dump() for one in result.findings],
        )
        assert book.planted
