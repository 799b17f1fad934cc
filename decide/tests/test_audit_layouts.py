"""Sheets laid out as people lay them out: names under a merged heading, three rows of headings, a row a ballot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from test_audit_command import ROWS, RULE
from test_cli import run

NAMES = ["홍길동", "김민준", "이서연", "박지우", "최하은"]
TAIL = ["절사평균", "가점", "총점", "순위", "선정여부"]


def grouped(path: Path, leaves: list[Any], group: str, names: list[str], total: Any = 87.67) -> Path:
    """A title, an empty row, and the evaluators under one heading of five columns."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "평가표"
    sheet.append(["2025년 평가 결과표"])
    sheet.append([])
    sheet.append(["접수번호", "기업명", group, "", "", "", "", *TAIL])
    sheet.append(["", "", *leaves])
    for area in ("A1:L1", "C3:G3", *(f"{column}3:{column}4" for column in "ABHIJKL")):
        sheet.merge_cells(area)
    for row, name in zip(ROWS, names, strict=True):
        sheet.append([row[0], name, *row[2:]])
    sheet["J6"] = total
    workbook.save(path)
    return path


def audited(path: Path, rule: str) -> tuple[int, str]:
    (path.parent / "rule.yaml").write_text(rule, encoding="utf-8")
    done = run("audit", str(path), "--rule", str(path.parent / "rule.yaml"), "--lang", "en")
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("leaves", "group"),
    [
        (NAMES, "평가위원"),
        (["김위원", "이위원", "박위원", "최위원", "정위원"], "평가위원별 점수"),
        ([1, 2, 3, 4, 5], "평가위원"),
        (list("ABCDE"), "Evaluators"),
    ],
)
def test_evaluators_stand_under_one_merged_heading(tmp_path: Path, leaves: list[Any], group: str) -> None:
    # "기업1" looks like a heading, and points like the numbers of evaluators: the first application is none
    names = ["기업1", "기업2", "기업3"]
    code, out = audited(grouped(tmp_path / "clean.xlsx", leaves, group, names), RULE)
    assert (code, out.splitlines()[0]) == (0, "평가표: 3 applications, 5 evaluators")
    code, out = audited(grouped(tmp_path / "wrong.xlsx", leaves, group, names, 89.67), RULE)
    assert code == 1
    assert "평가표!J6  wrong total: 89.67 → 87.67" in out


def test_items_stand_under_names_under_a_heading(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "평가표"
    sheet.append(["접수번호", "기업명", "평가위원", *[""] * 14, "절사평균"])
    sheet.append(["", "", *(cell for name in NAMES for cell in (name, "", "")), ""])
    sheet.append(["", "", *["기술성", "사업성", "계"] * 5, ""])
    sheet.merge_cells("C1:Q1")
    for place in range(3, 18, 3):
        sheet.merge_cells(start_row=2, end_row=2, start_column=place, end_column=place + 2)
    for column in "ABR":
        sheet.merge_cells(f"{column}1:{column}3")
    for row in ROWS:
        points = [cell for total in row[2:7] for cell in (total // 2, total - total // 2, total)]
        sheet.append([row[0], row[1], *points, row[7]])
    sheet["E4"] = 91  # 45 + 45
    workbook.save(tmp_path / "deep.xlsx")
    rule = RULE + "items: [{name: 기술성, max: 50}, {name: 사업성, max: 50}]\n"
    code, out = audited(tmp_path / "deep.xlsx", rule)
    assert code == 1
    assert "평가표: 3 applications, 5 evaluators" in out
    assert "평가표!E4" in out
    assert out.count("✗") == 1


def test_a_row_a_ballot_with_its_points_alone(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "평가표"
    sheet.append(["접수번호", "기업명", "평가위원", "점수", "절사평균"])
    for row in ROWS:
        for place, (name, points) in enumerate(zip(NAMES, row[2:7], strict=True)):
            sheet.append([row[0], row[1], name, points, row[7] if place == 0 else None])
    sheet["E7"] = 86.67
    workbook.save(tmp_path / "long.xlsx")
    code, out = audited(tmp_path / "long.xlsx", RULE)
    assert code == 1
    assert "평가표: 3 applications, 5 evaluators" in out
    assert "평가표!E7  wrong mean: 86.67 → 87.67" in out
    assert out.count("✗") == 1
