from __future__ import annotations

from decimal import Decimal

import pytest

from didimdol.programmes.rulebook import FinalRules, GradeBands, export, parse
from didimdol.programmes.rulebook.final import FINAL_SHEET

from .presets import NAMES, changed, preset


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("100", "outstanding"), ("90", "outstanding"), ("89.9999", "good"), ("80", "good"), ("79.9999", "fair"),
        ("60", "fair"), ("59.9999", "insufficient"), ("40", "insufficient"), ("39.9999", "very_poor"), ("0", "very_poor"),
    ],
)  # fmt: skip
def test_a_band_begins_at_its_figure(total: str, grade: str) -> None:
    assert GradeBands().of(Decimal(total)) == grade


@pytest.mark.parametrize("name", NAMES)
def test_the_presets_grade_by_the_sheets_of_the_house(name: str) -> None:
    book = preset(name).rulebook
    assert book.outcomes.final == FinalRules()
    assert book.assumption("outcomes.final.grades") is not None


def test_a_file_may_write_its_own_sheet_without_key_and_name() -> None:
    source = changed(
        "  best_projects: 3\n",
        """  best_projects: 3
  final:
    rule:
      cutoff_percent: 0
      trim: {drop_high: 0, drop_low: 0}
      bodies:
        - {key: expert, name: {ko: 위원}, weight: 1, seats: 3, quorum: 2, criteria: [{key: goals, max_points: 100}]}
""",
    )
    loaded = parse(source)
    rule = loaded.rulebook.outcomes.final.rule
    assert (rule.key, rule.name.ko, rule.panel_size) == (FINAL_SHEET.key, FINAL_SHEET.name.ko, 3)
    assert parse(export(loaded.rulebook)).digest == loaded.digest
