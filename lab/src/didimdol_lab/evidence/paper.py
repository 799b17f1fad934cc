"""What a page or a sheet is made of, before it is HTML or PDF: both show the same, because both are made of this.

Every text is in one language and safe to show: what came out of a model or from a stranger went through `readable`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..refusals import shown

Language = Literal["ko", "en"]
Tone = Literal["", "good", "bad", "warn", "muted"]


def readable(text: str, longest: int = 200) -> str:
    """Untrusted text without characters that hide or reorder; `<` and `>` stay, for whoever renders it escapes them."""
    return shown(text, longest).replace("\\u003c", "<").replace("\\u003e", ">")


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence. `strong`: the one that a reader looks for."""

    text: str
    tone: Tone = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value beside each other. `code`: values are hashes and the like, and may break anywhere."""

    rows: Sequence[tuple[str, str]]
    code: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads. `numbers`: the columns that stand right; `tones`: of the second cell of each row, where a verdict
    stands: beside what it is of, also where a narrow screen cuts off the rest."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    tones: Sequence[Tone] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG of our own making, and what it shows in words."""

    svg: str
    label: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    items: Sequence[Note]


Block = Note | Facts | Table | Picture | Points


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Paper:
    """A title, the sentences under it, and sections; empty ones are left out by whoever made it."""

    lang: Language
    title: str
    head: Sequence[Note]
    sections: Sequence[Section] = field(default_factory=list)
