"""No Hangul in Python outside a pair of languages."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "didimdol"
HANGUL = re.compile("[가-힣]")
#: folder or file → why Hangul may stand there alone
EXCLUDED = {
    "rehearsal": "the content of the demo: what invented people wrote, in their language",
    "design/texts.py": "how Korean writes numbers, days and particles; its English stands in the other branch",
    "programmes/rulebook/yaml_tree.py": "reads what Korean operators write",
    "programmes/rulebook/holidays.py": "the names of Korean holidays, as the law calls them",
    "programmes/rulebook/messages.py": "the Korean of messages whose English comes from pydantic and didimdol-decide",
}
#: file → what of it may stand alone, and why
SINGLE = {
    "design/views.py": {"한국어만 있는 글": "the living page shows a text without its English"},
    "programmes/notice_rules.py": {"공개 추첨": "its English is appended to the other list on the next line"},
    "programmes/rulebook/diff.py": {"예 (yes)": "both in one", "아니요 (no)": "both in one"},
    "programmes/rulebook/export.py": {"^[A-Za-z가-힣][A-Za-z0-9가-힣_.,()·/ %~\\-]*$": "a pattern of characters"},
}
#: keyword or key with the Korean text → where its English stands
NAMED = {"ko": "en", "public_ko": "public_en", "x-ko": "summary"}
#: Korean words that are no text of the product: names of languages, units that are read, laws in docstrings
ALONE = {"한국어"}
#: a line of a command's output: Korean · English
BOTH = re.compile("[가-힣].* [·/] .*[A-Za-z]{2}", re.DOTALL)


def files() -> list[Path]:
    found = sorted(SOURCE.rglob("*.py"))
    return [path for path in found if not any(str(path.relative_to(SOURCE)).startswith(e) for e in EXCLUDED)]


def lonely(source: str) -> list[tuple[int, str]]:
    """Line and text of every Hangul constant that has no other language beside it: as the next argument or element, as
    the other branch of a choice, under the sibling key, or behind a " · " in the same line of a command's output."""
    tree = ast.parse(source)
    paired: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            paired |= _constants(node)  # a docstring
        elif isinstance(node, ast.Tuple | ast.List):
            paired |= _beside(node.elts)
        elif isinstance(node, ast.Call):
            paired |= _beside(node.args) | _by_name({k.arg: k.value for k in node.keywords if k.arg})
        elif isinstance(node, ast.Dict):
            paired |= _by_name(
                {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
            )
        elif isinstance(node, ast.IfExp):
            paired |= _beside([node.body, node.orelse]) | _beside([node.orelse, node.body])
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HANGUL.search(node.value)
        if id(node) not in paired and node.value not in ALONE and not BOTH.search(node.value)
    ]


def _beside(parts: list[ast.expr]) -> set[int]:
    """Korean, then English."""
    found: set[int] = set()
    for korean, english in itertools.pairwise(parts):
        if _has_hangul(korean) and _says(english) and not _has_hangul(english):
            found |= _constants(korean)
    return found


def _by_name(parts: dict[Any, ast.expr]) -> set[int]:
    found: set[int] = set()
    for korean, english in NAMED.items():
        if korean in parts and english in parts and not _has_hangul(parts[english]):
            found |= _constants(parts[korean])
    extra = parts.get("openapi_extra")
    if "summary" in parts and isinstance(extra, ast.Dict):
        found |= _constants(extra)
    return found


def _constants(node: ast.AST) -> set[int]:
    return {id(each) for each in ast.walk(node) if isinstance(each, ast.Constant)}


def _says(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and isinstance(each.value, str))
        for each in ast.walk(node)
    )


def _has_hangul(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.Constant) and isinstance(each.value, str) and HANGUL.search(each.value)
        for each in ast.walk(node)
    )


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_python_has_no_hangul_outside_a_pair(path: Path) -> None:
    single = SINGLE.get(str(path.relative_to(SOURCE)), {})
    assert [(line, words) for line, words in lonely(path.read_text()) if words not in single] == []


@pytest.mark.parametrize("excluded", sorted(EXCLUDED))
def test_what_is_excluded_still_exists(excluded: str) -> None:
    assert (SOURCE / excluded).exists()


@pytest.mark.parametrize("name", sorted(SINGLE))
def test_what_stands_alone_still_does(name: str) -> None:
    assert set(SINGLE[name]) <= {words for _, words in lonely((SOURCE / name).read_text())}


def test_the_check_finds_what_it_looks_for() -> None:
    assert lonely('title = "제목"') == [(1, "제목")]
    assert lonely('title = text("제목", "제목")') == [(1, "제목"), (1, "제목")]
    assert lonely('title = text("제목", "Title")') == []
    assert lonely('name = {"ko": "제목"}') == [(1, "제목")]
    assert lonely('name = {"ko": "제목", "en": "Title"}') == []
    assert lonely('State("draft", "작성 중", "Draft")') == []
    assert lonely('raise ValueError("안 됩니다")') == [(1, "안 됩니다")]
    assert lonely('def f():\n    """협약 §3."""') == []
