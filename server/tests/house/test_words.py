"""No text without its other language: Hangul stands only in a pair."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "didimdol"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
HANGUL = re.compile("[가-힣]")
PAIR = re.compile(
    r"""\{%\s*(?:t|both)\s+(?P<q>["'])(?P<ko>(?:(?!(?P=q)).)*)(?P=q)\s+(?P<r>["'])(?P<en>(?:(?!(?P=r)).)*)(?P=r)[^%]*%\}"""
)
#: the name of a language is written in that language
NAMES = ("한국어",)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_templates_have_no_hangul_outside_a_pair(template: Path) -> None:
    source = template.read_text()
    source = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", source, flags=re.S)
    left = PAIR.sub("", source)
    for name in NAMES:
        left = left.replace(name, "")
    assert [line.strip() for line in left.splitlines() if HANGUL.search(line)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_each_pair_has_both_and_the_same_placeholders(template: Path) -> None:
    for found in PAIR.finditer(template.read_text()):
        ko, en = found["ko"], found["en"]
        assert ko and en, found.group(0)
        assert not HANGUL.search(en), found.group(0)
        assert sorted(re.findall(r"\{(\w+)\}", ko)) == sorted(re.findall(r"\{(\w+)\}", en)), found.group(0)


def test_no_inline_script_or_style() -> None:
    """The content security policy forbids them; a page that needs one would be broken silently."""
    wrong = [
        f"{template.relative_to(SOURCE)}: {found.group(0)}"
        for template in TEMPLATES
        for found in re.finditer(
            r"<style|<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son\w+=|hx-on|\"js:", template.read_text()
        )
    ]
    assert wrong == []
