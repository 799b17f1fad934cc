"""What an amendment changes, in words: rules that bear on submissions, and mere wording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from .base import Text, text
from .schema import Rulebook

Severity = Literal["wording", "rule"]

_ABSENT = object()

# Keys below which everything is words or remarks: nobody's rights or scores hang on them.
_WORDS = {
    "ko", "en", "name", "summary", "description", "help", "note", "label", "title", "guide", "explanation",
    "source", "sources", "assumed", "example", "role", "contact", "unverified",
}  # fmt: skip

# Advice: no submission and no result depends on it.
_ADVICE = {"how_sure"}

# Texts that bind although they are words: a change of theirs is a change of a rule.
_BINDING = {"consents", "excluded", "question", "not_objectionable", "support", "purpose", "how_to_apply"}


@dataclass(frozen=True)
class Change:
    """`before` and `after` as people read them; None where the rule did not exist. `path` goes by keys."""

    path: str
    before: str | None
    after: str | None
    severity: Severity

    def sentence(self) -> Text:
        """The change in one sentence."""
        if self.before is None:
            return text(f"{self.path}: '{self.after}' 신설", f"{self.path}: added '{self.after}'")
        if self.after is None:
            return text(f"{self.path}: '{self.before}' 삭제", f"{self.path}: removed '{self.before}'")
        return text(f"{self.path}: '{self.before}' → '{self.after}'", f"{self.path}: '{self.before}' → '{self.after}'")


def diff(a: Rulebook, b: Rulebook) -> list[Change]:
    """Every difference from `a` to `b`, in the order of the schema. Empty when they mean the same.

    Entries of a list that carry a `key` are compared by it, and their changed order is a change of
    wording, but for stages, where the order is the rule. Other lists are compared as a whole.
    """
    return list(_changes((), a.whole(), b.whole()))


def affects_submissions(changes: list[Change]) -> bool:
    """Whether any change is one of a rule."""
    return any(change.severity == "rule" for change in changes)


def _changes(path: tuple[str, ...], a: Any, b: Any) -> Iterator[Change]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys((*a, *b)):
            yield from _changes((*path, key), a.get(key, _ABSENT), b.get(key, _ABSENT))
        return
    if isinstance(a, list) and isinstance(b, list) and _keyed(a) and _keyed(b):
        left, right = {item["key"]: item for item in a}, {item["key"]: item for item in b}
        for key in dict.fromkeys((*left, *right)):
            yield from _changes((*path, key), left.get(key, _ABSENT), right.get(key, _ABSENT))
        common = [key for key in left if key in right]
        if common != [key for key in right if key in left]:
            yield Change(
                ".".join((*path, "(order)")),
                ", ".join(left),
                ", ".join(right),
                "rule" if path and path[-1] == "stages" else "wording",
            )
        return
    if _same(a, b):
        return
    yield Change(".".join(path), _words(a), _words(b), _severity(path))


def _same(a: Any, b: Any) -> bool:
    absent = (_ABSENT, None)
    if a in absent and b in absent:
        return True
    return type(a) is type(b) and bool(a == b)


def _keyed(value: list[Any]) -> bool:
    return all(isinstance(item, dict) and isinstance(item.get("key"), str) for item in value) and len(
        {item["key"] for item in value}
    ) == len(value)


def _severity(path: tuple[str, ...]) -> Severity:
    if any(part in _ADVICE for part in path):
        return "wording"
    if any(part in _BINDING for part in path) and "label" not in path and "name" not in path:
        return "rule"
    return "wording" if any(part in _WORDS for part in path) else "rule"


def _words(value: Any) -> str | None:
    if value is _ABSENT or value is None:
        return None
    if isinstance(value, bool):
        return "예 (yes)" if value else "아니요 (no)"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, dict):
        if "ko" in value:
            return str(value["ko"])
        if isinstance(value.get("name"), dict) and "key" in value:
            return f"{value['key']} ({value['name'].get('ko')})"
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items() if item is not None)
    if isinstance(value, list):
        return "; ".join(_words(item) or "-" for item in value) or "-"
    return str(value)
