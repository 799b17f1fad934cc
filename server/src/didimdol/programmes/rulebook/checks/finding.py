"""What a check finds, and the findings that several make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from didimdol.programmes.rulebook.base import Text, text

Path = tuple[str, ...]


class Finding(NamedTuple):
    """`path`: keys from the top; an entry of a list goes by its `key` where it has one, else by its place."""

    path: Path
    what: Text
    allowed: Text


def repeated(path: Path, things: Iterable[Any], ko: str, en: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, thing in enumerate(things):
        if thing.key in seen:
            yield Finding(
                (*path, str(place), "key"),
                text(f"{ko} '{thing.key}'이(가) 두 번 나옵니다.", f"The {en} '{thing.key}' appears twice."),
                text("키를 서로 다르게 적으십시오.", "Give each its own key."),
            )
        seen.add(thing.key)


def unknown(path: Path, key: str, ko: str, en: str, known: Iterable[str]) -> Finding:
    names = ", ".join(known) or "-"
    return Finding(
        path,
        text(f"{ko} '{key}'이(가) 없습니다.", f"There is no {en} '{key}'."),
        text(f"가능한 값: {names}.", f"Allowed: {names}."),
    )
