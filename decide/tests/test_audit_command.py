"""The command, as a person in an agency runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook

from test_cli import run

HEADS = [
    "접수번호",
    "기업명",
    *(f"평가위원{number}" for number in range(1, 6)),
    "절사평균",
    "가점",
    "총점",
    "순위",
    "선정여부",
]
ROWS: list[list[Any]] = [
    ["A-1", "가나로봇", 90, 80, 70, 85, 75, 80, 2, 82, 2, "선정"],
    ["A-2", "다라비전", 95, 85, 90, 88, 60, 87.67, 0, 87.67, 1, "선정"],
    ["A-3", "마바센서", 55, 50, 45, 47, 60, 50.67, 3, 53.67, 3, "탈락"],
]
RULE = """\
trim: {drop_high: 1, drop_low: 1, min_ballots: 5, scope: body}
decimals: 2
rounding: half_up
cutoff: 60
bonus_cap: 5
select: 2
ranked: all
"""


def book(path: Path, rows: list[list[Any]] = ROWS, heads: list[str] = HEADS) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "평가표"
    for row in [heads, *rows]:
        sheet.append(row)
    workbook.save(path)
    return path


def changed(row: int, column: str, value: Any) -> list[list[Any]]:
    rows = [list(line) for line in ROWS]
    rows[row][HEADS.index(column)] = value
    return rows


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "rule.yaml"
    path.write_text(RULE, encoding="utf-8")
    return path


def test_a_clean_sheet(tmp_path: Path, rule: Path) -> None:
    done = run("audit", book(tmp_path / "scores.xlsx"), "--rule", rule)
    assert (done.returncode, done.stderr) == (0, "")
    assert "틀린 곳이 없습니다" in done.stdout
    english = run("audit", tmp_path / "scores.xlsx", "--rule", rule, "--lang", "en", blocked=True)
    assert "Nothing wrong" in english.stdout


def test_a_wrong_mean_is_named_with_the_right_value(tmp_path: Path, rule: Path) -> None:
    rows = changed(2, "절사평균", 53.67)  # digits of the case that a real audit found
    rows[2][HEADS.index("총점")] = 56.67
    done = run("audit", book(tmp_path / "scores.xlsx", rows), "--rule", rule)
    assert done.returncode == 1
    assert "평가표!H4" in done.stdout
    assert "53.67 → 50.67" in done.stdout
    assert "평가표!H4의 오류에서 따라 나온 값" in done.stdout
    report = json.loads(run("audit", tmp_path / "scores.xlsx", "--rule", rule, "--json").stdout)
    assert [(one["cell"], one["stands"], one["right"], one["follows"]) for one in report["findings"]] == [
        ("평가표!H4", "53.67", "50.67", None),
        ("평가표!J4", "56.67", "53.67", "평가표!H4"),
    ]
    assert all(one["message"]["ko"] and one["message"]["en"] for one in report["findings"])


def test_a_lost_bonus_that_flipped_the_selection(tmp_path: Path, rule: Path) -> None:
    rows = [
        ["A-1", "가나로봇", 80, 80, 80, 80, 80, 80, 3, 80, 2, "탈락"],
        ["A-2", "다라비전", 82, 82, 82, 82, 82, 82, 0, 82, 1, "선정"],
    ]
    done = run("audit", book(tmp_path / "scores.xlsx", rows), "--rule", rule, "--select", "1", "--lang", "en")
    lines = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert [line.split()[1] for line in lines] == [
        "평가표!J2",
        "평가표!K2",
        "평가표!L2",
        "평가표!K3",
        "평가표!L3",
    ]
    assert "bonus lost: 80 → 83" in lines[0]
    assert "탈락 → 선정" in lines[2]
    assert "it follows from the error in 평가표!J2" in done.stdout


def test_reports(tmp_path: Path, rule: Path) -> None:
    rows = changed(0, "총점", 80)
    rows[0][1] = '=HYPERLINK("x")<script>'
    source = tmp_path / "scores.xlsx"
    workbook = load_workbook(book(source, rows))
    workbook.active["B2"].data_type = "s"
    workbook.save(source)
    html, marked = tmp_path / "report.html", tmp_path / "marked.xlsx"
    done = run("audit", source, "--rule", rule, "--html", html, "--xlsx", marked)
    assert done.returncode == 1, done.stderr
    page = html.read_text(encoding="utf-8")
    assert "평가표!J2" in page
    assert "bonus lost" in page
    assert "가점 누락" in page
    assert "<script" not in page
    assert not {"http:", "https:", "src="} & set(page.replace('"', " ").split())
    opened = load_workbook(marked)
    assert opened.sheetnames == ["감사 결과 Findings", "평가표"]
    assert opened["평가표"]["J2"].fill.fgColor.rgb == "00FFB3B3"
    assert "→ 82" in opened["평가표"]["J2"].comment.text
    assert opened["평가표"]["J3"].comment is None
    assert opened.worksheets[0]["A2"].value == "평가표!J2"
    assert "f" not in {cell.data_type for sheet in opened.worksheets for row in sheet for cell in row}
    assert opened["평가표"]["B2"].value.startswith("=HYPERLINK")
    assert run("audit", source, "--rule", rule, "--xlsx", source).returncode == 2


def test_what_the_rule_leaves_open_is_asked_for(tmp_path: Path) -> None:
    source = book(tmp_path / "scores.xlsx")
    done = run("audit", source, "--lang", "en")
    assert done.returncode == 2
    assert "trim, decimals, rounding" in done.stderr
    assert "drop_high: 1" in done.stderr
    flags = [
        "--trim",
        "1,1",
        "--min-ballots",
        "5",
        "--decimals",
        "2",
        "--rounding",
        "half_up",
        "--lang",
        "en",
    ]
    assert "bonus_cap: 5" in run("audit", source, *flags).stderr
    flags += ["--bonus-cap", "5"]
    assert "select: 3" in run("audit", source, *flags).stderr
    flags += ["--select", "2", "--cutoff", "60"]
    assert "ranked: all" in run("audit", source, *flags).stderr
    assert run("audit", source, *flags, "--ranked", "all").returncode == 0


def test_a_tie_is_asked_for_and_then_decided(tmp_path: Path, rule: Path) -> None:
    rows = [
        [f"A-{n}", f"기업{n}", 80, 80, 80, 80, 80, 80, 0, 80, rank, word]
        for n, rank, word in ((1, 1, "선정"), (2, 1, "선정"), (3, 1, "탈락"))
    ]
    source = book(tmp_path / "scores.xlsx", rows)
    asked = run("audit", source, "--rule", rule, "--lang", "en")
    assert asked.returncode == 2
    assert "평가표!B2, 평가표!B3, 평가표!B4" in asked.stderr
    assert run("audit", source, "--rule", rule, "--ties", "share").returncode == 0


@pytest.mark.parametrize("stored", [True, False])
def test_formulas_are_judged_by_the_stored_value(stored: bool, tmp_path: Path, rule: Path) -> None:
    source = tmp_path / "scores.xlsx"
    with xlsxwriter.Workbook(source) as workbook:
        sheet = workbook.add_worksheet("평가표")
        for number, row in enumerate([HEADS, *ROWS]):
            sheet.write_row(number, 0, row)
        shown = workbook.add_format({"num_format": "0.00"})
        sheet.write_formula("H3", "=TRIMMEAN(C3:G3,0.4)", shown, 87 + 2 / 3)
        sheet.write_formula("J2", "=H2+I2", None, 82 if stored else 80)
    done = run("audit", source, "--rule", rule, "--lang", "en")
    assert "2 cells hold formulas" in done.stdout
    assert "1 figures are stored unrounded" in done.stdout
    assert done.returncode == (0 if stored else 1)


def test_a_formula_without_a_stored_value_is_named(tmp_path: Path, rule: Path) -> None:
    source = book(tmp_path / "scores.xlsx", changed(0, "총점", "=H2+I2"))
    done = run("audit", source, "--rule", rule, "--lang", "en")
    assert done.returncode == 1
    assert "평가표!J2  formula without a stored value" in done.stdout


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_csv(encoding: str, tmp_path: Path, rule: Path) -> None:
    lines = [HEADS, *changed(1, "순위", "3위")]
    source = tmp_path / "scores.csv"
    source.write_text("\n".join(",".join(map(str, line)) for line in lines), encoding=encoding)
    done = run("audit", source, "--rule", rule, "--xlsx", tmp_path / "marked.xlsx")
    assert done.returncode == 1
    assert "scores!K3" in done.stdout
    assert "3위 → 1" in done.stdout
    assert load_workbook(tmp_path / "marked.xlsx")["scores"]["K3"].comment


def test_english_headings_and_mapped_columns(tmp_path: Path, rule: Path) -> None:
    heads = [
        "No.",
        "Company",
        "Judge A",
        "Judge B",
        "Judge C",
        "Judge D",
        "Smith",
        "Adjusted",
        "Bonus",
        "Total",
        "Rank",
        "Result",
    ]
    rows = [
        [number, *row[1:-1], "Selected" if row[-1] == "선정" else "No"] for number, row in enumerate(ROWS)
    ]
    source = book(tmp_path / "scores.xlsx", rows, heads)
    flags = ["--column", "Smith=ballot:Smith", "--column", "H=mean", "--lang", "en"]
    assert run("audit", source, "--rule", rule, *flags).returncode == 0
    rows[0][7] = 81
    done = run("audit", book(source, rows, heads), "--rule", rule, *flags)
    assert "평가표!H2" in done.stdout


def test_a_row_without_a_name_and_a_steering_name(tmp_path: Path, rule: Path) -> None:
    rows = [*ROWS, [None, None, 70, 70, 70, 70, 70]]
    rows[0] = ["A-1", "가나\x9b31m로봇", *ROWS[0][2:-1], "탈락"]
    done = run("audit", book(tmp_path / "scores.xlsx", rows), "--rule", rule, "--lang", "en")
    assert "평가표!C5  row without an application" in done.stdout
    assert "평가표!L2  wrong selection" in done.stdout
    assert "\x9b" not in done.stdout


def test_wrong_use(tmp_path: Path, rule: Path) -> None:
    empty = book(tmp_path / "empty.xlsx", [], ["아무", "것"])
    text = tmp_path / "scores.ods"
    text.write_text("x", encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text("trim: none\ndecimals: 2\nrounding: half_up\nsurprise: 1\n", encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [", encoding="utf-8")
    good = book(tmp_path / "scores.xlsx")
    for arguments, words in [
        ([empty, "--rule", rule], "No score table"),
        ([text, "--rule", rule], "Only .xlsx and .csv"),
        ([tmp_path / "nowhere.xlsx", "--rule", rule], "Cannot read"),
        ([good, "--rule", bad], "surprise"),
        ([good, "--rule", broken], "not valid"),
        ([good, "--rule", tmp_path / "none.yaml"], "none.yaml: no such file"),
        ([good, "--rule", rule, "--sheet", "없음"], "no sheet '없음'"),
        ([good, "--rule", rule, "--item", "기술성"], "NAME=VALUE"),
        ([good, "--rule", rule, "--trim", "1,1"], "go together"),
        ([good, "--rule", rule, "--maximum", "200"], "scale: percent"),
        ([good, "--rule", rule, "--html", tmp_path / "no" / "where.html"], "where.html"),
    ]:
        done = run("audit", *arguments, "--lang", "en")
        assert done.returncode == 2, (arguments, done.stdout)
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_an_unknown_word_of_selection_is_asked_for(tmp_path: Path, rule: Path) -> None:
    source = book(tmp_path / "scores.xlsx", changed(2, "선정여부", "차년도 검토"))
    asked = run("audit", source, "--rule", rule, "--lang", "en")
    assert asked.returncode == 2
    assert "words: {차년도 검토: selected}" in asked.stderr
    rule.write_text(RULE + "words: {차년도 검토: none}\n", encoding="utf-8")
    assert run("audit", source, "--rule", rule).returncode == 0


LONG = ["기업명", "평가위원", "기술성(60)", "사업성(40)", "합계", "평균", "가점", "총점", "순위"]


def test_one_row_a_ballot(tmp_path: Path, rule: Path) -> None:
    """A ballot twice, a sum of items that went into the mean, and an application that nobody scored."""
    rule.write_text(RULE + "items: [{name: 기술성, max: 60}, {name: 사업성, max: 40}]\n", encoding="utf-8")
    rows: list[list[Any]] = [
        ["가나로봇", "김", 50, 30, 80, 80, "해당없음", 80, "공동 2위"],
        [None, "이", 50, 30, 80],
        [None, "이", 60, 40, 100],
        ["다라비전", "김", 50, 31, 91, 86, 0, 86, "1위"],
        [None, "이", 50, 31, 81],
        ["마바센서", "김", "제척", None, None, 70, 0, "-", None],
    ]
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "평가표"
    for row in [LONG, *rows]:
        sheet.append(row)
    for top, bottom in ((2, 4), (5, 6)):
        for column in "AFGHI":
            sheet.merge_cells(f"{column}{top}:{column}{bottom}")
    source = tmp_path / "scores.xlsx"
    workbook.save(source)
    report = json.loads(run("audit", source, "--rule", rule, "--json").stdout)
    assert [(one["cell"], one["kind"], one["right"], one["follows"]) for one in report["findings"]] == [
        ("평가표!B4", "duplicate", None, None),
        ("평가표!E5", "subtotal", "81", None),
        ("평가표!F5", "mean", "81", "평가표!E5"),
        ("평가표!H5", "total", "81", "평가표!F5"),
        ("평가표!F7", "mean", "", None),
    ]


def test_a_hidden_sheet_and_a_field_column(tmp_path: Path, rule: Path) -> None:
    workbook = load_workbook(
        book(
            tmp_path / "scores.xlsx",
            [[*row, field] for row, field in zip(ROWS, ("드론", "로봇", "로 봇"), strict=True)],
            [*HEADS, "분야"],
        )
    )
    workbook.create_sheet("표지")
    workbook["평가표"].sheet_state = "hidden"
    workbook["평가표"]["K2"] = 1
    workbook["평가표"]["K4"] = 2
    workbook.save(tmp_path / "scores.xlsx")
    asked = run("audit", tmp_path / "scores.xlsx", "--rule", rule)
    assert "select: {드론: 2, 로봇: 2}" in asked.stderr
    done = run(
        "audit",
        tmp_path / "scores.xlsx",
        "--rule",
        rule,
        "--select",
        "드론=1",
        "--select",
        "로봇=1",
        "--lang",
        "en",
    )
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("✗")] == ["평가표!A1"]
    assert "Sheets without a score table: '표지'" in done.stdout
