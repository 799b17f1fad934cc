"""The settings of the advice on a ranking."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from didimdol.programmes.rulebook import KST, Change, HowSureRules, affects_submissions, diff, export, parse

from .presets import NAMES, changed, only_problem, preset

AT = "  committee_decides: true\n"


def with_settings(words: str) -> str:
    return changed(AT, f"{AT}  how_sure:\n{words}")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_without_the_settings_has_the_safe_ones(name: str) -> None:
    found = preset(name).rulebook.evaluation.how_sure
    assert found == HowSureRules(
        enabled=True,
        seen_by=("manager", "coordinator", "auditor"),
        mark_points=Decimal(2),
        evaluator_sees_own=True,
        reply_days=5,
        keep_days=30,
    )


@pytest.mark.parametrize(
    ("words", "place", "wrong"),
    [
        ("    seen_by: [manager, manager]\n", "seen_by.1", "named twice"),
        ("    seen_by: []\n", "seen_by", "too few"),
        ("    seen_by: [manager, ceo]\n", "seen_by.1", "not allowed"),
        ("    keep_days: 366\n", "keep_days", "too large"),
        ("    reply_days: 0\n", "reply_days", "too small"),
        ("    reply_day: 3\n", "reply_day", "Unknown key 'reply_day'"),
    ],
)
def test_wrong_settings_are_named(words: str, place: str, wrong: str) -> None:
    problem = only_problem(with_settings(words))
    assert problem.path == f"evaluation.how_sure.{place}"
    assert wrong in (problem.what.en or "") and problem.allowed.ko


def test_a_change_is_shown_and_touches_no_submission() -> None:
    changes = diff(preset().rulebook, parse(with_settings("    keep_days: 60\n    seen_by: [manager]\n")).rulebook)
    assert changes == [
        Change("evaluation.how_sure.seen_by", "manager; coordinator; auditor", "manager", "wording"),
        Change("evaluation.how_sure.keep_days", "30", "60", "wording"),
    ]
    assert not affects_submissions(changes)


def test_they_survive_the_export() -> None:
    loaded = parse(with_settings("    enabled: false\n    reply_days: 3\n"))
    again = parse(export(loaded.rulebook))
    assert again.digest == loaded.digest
    assert not again.rulebook.evaluation.how_sure.enabled


def test_until_when() -> None:
    rules = HowSureRules(reply_days=5, keep_days=30)
    friday = datetime(2025, 4, 18, 15, 0, tzinfo=KST)
    assert rules.reply_until(friday) == datetime(2025, 4, 23, 23, 59, tzinfo=KST)
    assert rules.kept_until(friday) == datetime(2025, 5, 18, 23, 59, tzinfo=KST)
