"""YAML 1.2 text into plain values that know their line, with every limit a file from outside needs.

Built on ruamel's events, not its constructor: no tags, no objects, no silent duplicates, no alias bombs;
`no` is text, 16:00 is text, 2025-02-26 is text, 0.6 is exactly 0.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from .base import Text, text

MAX_BYTES = 1_000_000
MAX_NODES = 40_000
MAX_ALIASES = 50
MAX_DEPTH = 30

_INT = re.compile(r"^[-+]?[0-9]{1,18}$", re.ASCII)
_DECIMAL = re.compile(r"^[-+]?(\.[0-9]{1,30}|[0-9]{1,18}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,3})?$", re.ASCII)
_TRUE, _FALSE, _NULL = (
    {"true", "True", "TRUE"},
    {"false", "False", "FALSE"},
    {"", "~", "null", "Null", "NULL"},
)


class TreeProblem(Exception):
    """The text is no YAML we take. `line` and `column` count from 1."""

    def __init__(self, line: int, column: int, what: Text, allowed: Text) -> None:
        super().__init__(what.en)
        self.line, self.column, self.what, self.allowed = line, column, what, allowed


@dataclass
class Node:
    """A value and where it stands. Mappings keep where each key stands, too."""

    line: int
    column: int
    value: Any = None  # scalar; unused for mappings and sequences
    items: list[Node] | None = None
    entries: dict[str, Node] | None = None
    key_places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value without its places: dicts, lists, text, int, Decimal, bool, None."""
        if self.entries is not None:
            return {key: node.plain() for key, node in self.entries.items()}
        if self.items is not None:
            return [node.plain() for node in self.items]
        return self.value


def read_tree(source: str) -> Node:
    """Raises TreeProblem; nothing else, whatever the text."""
    if len(source.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise TreeProblem(
            1,
            1,
            text("파일이 너무 큽니다.", "The file is too large."),
            text(f"최대 {MAX_BYTES:,}바이트입니다.", f"At most {MAX_BYTES:,} bytes are allowed."),
        )
    try:
        return _Reader(YAML(typ="safe", pure=True).parse(source)).document()
    except MarkedYAMLError as error:
        raise _syntax(error, source) from None
    except YAMLError as error:  # a character YAML does not allow: its reader gives a position, not a mark
        position = getattr(error, "position", 0)
        before = source[: position if isinstance(position, int) else 0]
        raise TreeProblem(
            before.count("\n") + 1,
            len(before) - before.rfind("\n"),
            text(
                "YAML에서 쓸 수 없는 제어 문자가 있습니다.",
                "There is a control character that YAML does not allow.",
            ),
            text("그 문자를 지우고 UTF-8로 저장하십시오.", "Remove it and save the file as UTF-8."),
        ) from None
    except (RecursionError, ValueError, AttributeError, IndexError, KeyError, TypeError, OverflowError):
        # ruamel's scanner lets some malformed texts through as plain Python errors.
        raise TreeProblem(
            1,
            1,
            text("YAML로 읽을 수 없는 파일입니다.", "The file cannot be read as YAML."),
            text("YAML 1.2 문법을 확인하십시오.", "Check the syntax against YAML 1.2."),
        ) from None


def _syntax(error: MarkedYAMLError, source: str) -> TreeProblem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = source.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())] or "\\t" in str(error.problem):
        return TreeProblem(
            line,
            max(written.find("\t") + 1, 1),
            text("들여쓰기에 탭이 있습니다.", "A tab is used for indentation."),
            text("탭을 빈칸 두 개로 바꾸십시오.", "Replace the tab with two spaces."),
        )
    detail = " ".join(part for part in (error.context, error.problem) if part)
    return TreeProblem(
        line,
        column,
        text(f"YAML 문법 오류입니다: {detail}", f"YAML syntax error: {detail}"),
        text(
            "들여쓰기, 콜론 뒤의 빈칸, 따옴표의 짝을 확인하십시오.",
            "Check the indentation, the space after a colon, and that quotes are closed.",
        ),
    )


class _Reader:
    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.nodes = 0
        self.aliases = 0
        self.anchors: dict[str, Node | None] = {}
        self.sizes: dict[str, int] = {}

    def document(self) -> Node:
        found: Node | None = None
        for event in self.events:
            if isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
                continue
            if isinstance(event, DocumentStartEvent):
                if found is not None:
                    raise _at(
                        event,
                        text("한 파일에 문서가 둘 이상 있습니다.", "The file holds more than one document."),
                        text("챌린지마다 파일을 따로 두십시오.", "Keep one file for each challenge."),
                    )
                continue
            found = self.node(event, 0)
        if found is None or found.entries is None:
            line, column = (found.line, found.column) if found else (1, 1)
            raise TreeProblem(
                line,
                column,
                text(
                    "파일의 최상위가 '키: 값' 목록이 아닙니다.",
                    "The file is not a mapping of keys to values.",
                ),
                text(
                    '"schema: 1"로 시작하는 매핑이어야 합니다.',
                    'It must be a mapping that begins with "schema: 1".',
                ),
            )
        return found

    def node(self, event: Any, depth: int) -> Node:
        self._count(event, 1)
        if depth > MAX_DEPTH:
            raise _at(
                event,
                text("너무 깊게 중첩되었습니다.", "The nesting is too deep."),
                text(f"최대 {MAX_DEPTH}단계입니다.", f"At most {MAX_DEPTH} levels are allowed."),
            )
        if isinstance(event, AliasEvent):
            return self._alias(event)
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            raise _at(
                event,
                text(f"태그 '{tag}'은(는) 쓸 수 없습니다.", f"The tag '{tag}' is not allowed."),
                text("태그 없이 값만 적으십시오.", "Write the value without a tag."),
            )
        anchor, before = event.anchor, self.nodes
        if anchor is not None:
            self.anchors[anchor] = None  # known, but not finished: an alias inside itself is refused
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, ScalarEvent):
            found = Node(line, column, value=self._scalar(event))
        elif isinstance(event, SequenceStartEvent):
            found = Node(line, column, items=[])
            for inner in self.events:
                if isinstance(inner, SequenceEndEvent):
                    break
                assert found.items is not None
                found.items.append(self.node(inner, depth + 1))
        else:
            assert isinstance(event, MappingStartEvent)
            found = self._mapping(line, column, depth)
        if anchor is not None:
            self.anchors[anchor] = found
            self.sizes[anchor] = self.nodes - before + 1
        return found

    def _mapping(self, line: int, column: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        found = Node(line, column, entries=entries)
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                raise _at(
                    event,
                    text("키는 글자여야 합니다.", "A key must be plain text."),
                    text("키를 한 단어로 적으십시오.", "Write the key as one word."),
                )
            self._count(event, 1)
            key = str(event.value)
            if key == "<<" and event.implicit[0]:
                raise _at(
                    event,
                    text(
                        "병합 키 '<<'는 YAML 1.2에 없습니다.",
                        "The merge key '<<' does not exist in YAML 1.2.",
                    ),
                    text("값을 풀어서 적으십시오.", "Write the values out."),
                )
            if key in entries:
                first = found.key_places[key][0]
                raise _at(
                    event,
                    text(
                        f"키 '{key}'이(가) 두 번 나옵니다(처음: {first}행).",
                        f"The key '{key}' appears twice (first in line {first}).",
                    ),
                    text("둘 중 하나를 지우십시오.", "Remove one of the two."),
                )
            found.key_places[key] = (event.start_mark.line + 1, event.start_mark.column + 1)
            entries[key] = self.node(next(self.events), depth + 1)
        return found

    def _alias(self, event: Any) -> Node:
        self.aliases += 1
        target = self.anchors.get(event.anchor)
        if self.aliases > MAX_ALIASES:
            raise _at(
                event,
                text("별칭(*)이 너무 많습니다.", "There are too many aliases (*)."),
                text(
                    f"최대 {MAX_ALIASES}개입니다. 값을 풀어서 적으십시오.",
                    f"At most {MAX_ALIASES}; write values out.",
                ),
            )
        if target is None:
            raise _at(
                event,
                text(
                    f"별칭 '*{event.anchor}'이(가) 가리키는 값이 없습니다.",
                    f"The alias '*{event.anchor}' has no value.",
                ),
                text(
                    "앞에서 '&이름'으로 정한 값만 가리킬 수 있습니다.",
                    "It must name a finished value marked '&name'.",
                ),
            )
        self._count(event, self.sizes[event.anchor])  # as if written out: nested aliases cannot grow unseen
        return target

    def _count(self, event: Any, more: int) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            raise _at(
                event,
                text("파일에 값이 너무 많습니다.", "The file holds too many values."),
                text(f"최대 {MAX_NODES:,}개입니다.", f"At most {MAX_NODES:,} are allowed."),
            )

    def _scalar(self, event: Any) -> Any:
        written = str(event.value)
        if "\0" in written or any("\ud800" <= character <= "\udfff" for character in written):
            raise _at(
                event,
                text(
                    "글자가 아닌 부호가 들어 있습니다.",
                    "There is a code that is no character (NUL or a surrogate).",
                ),
                text("그 부호를 지우십시오.", "Remove it."),
            )
        if not event.implicit[0]:  # quoted, or a block of text
            return written
        if written in _NULL:
            return None
        if written in _TRUE or written in _FALSE:
            return written in _TRUE
        if _INT.match(written):
            return int(written)
        if _DECIMAL.match(written):
            return Decimal(written)
        return written


def _at(event: Any, what: Text, allowed: Text) -> TreeProblem:
    return TreeProblem(event.start_mark.line + 1, event.start_mark.column + 1, what, allowed)
