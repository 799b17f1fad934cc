"""Rules that sources and assumptions name exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from didimdol.programmes.rulebook.base import path_parts, text
from didimdol.programmes.rulebook.checks.finding import Finding, Path
from didimdol.programmes.rulebook.schema import Rulebook


def check_references(book: Rulebook) -> Iterator[Finding]:
    data = book.whole()
    named = {"sources": [e.rule for e in book.sources], "assumed": [e.rule for e in book.assumed]}
    for name, rules in named.items():
        for place, rule in enumerate(rules):
            if not _reaches(data, path_parts(rule)):
                yield Finding(
                    (name, str(place), "rule"),
                    text(f"'{rule}'이라는 규칙이 없습니다.", f"There is no rule '{rule}'."),
                    text(
                        "'objection.days'나 'fields.laptop.quota'처럼 있는 경로를 적으십시오.",
                        "Write an existing path, as in 'objection.days' or 'fields.laptop.quota'.",
                    ),
                )


def _reaches(value: Any, path: Path) -> bool:
    for part in path:
        if isinstance(value, dict):
            if part not in value:
                return False
            value = value[part]
        elif isinstance(value, list):
            named = [item for item in value if isinstance(item, dict) and item.get("key") == part]
            if named:
                value = named[0]
            elif part.isascii() and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                return False
        else:
            return False
    return True
