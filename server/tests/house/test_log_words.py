"""The log is read by people: every event that some action writes has its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from didimdol.records import labels

SOURCE = Path(__file__).resolve().parents[2] / "src" / "didimdol"
WRITTEN = re.compile(r'\baudit\(\s*"([a-z_]+\.[a-z_]+)"')
TYPES = sorted({found for path in SOURCE.rglob("*.py") for found in WRITTEN.findall(path.read_text())})


@pytest.mark.parametrize("kind", TYPES)
def test_every_event_has_its_words_in_both_languages(kind: str) -> None:
    ko, en = labels.event_label(kind, "ko"), labels.event_label(kind, "en")
    assert kind not in (ko, en)
    assert ko != en
