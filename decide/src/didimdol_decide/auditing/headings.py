"""Which column is what, by its headings in Korean or English (one to three rows, merged or not)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from didimdol_decide.auditing.cells import Cell, Grid, letters, spelled
from didimdol_decide.auditing.rule import AuditRule

SEARCHED_ROWS = 30
WORDS: dict[str, str] = {
    "id": "접수번호 신청번호 과제번호 관리번호 신청id applicationno applicationid application id",
    "name": "기업명 업체명 신청기업 신청기업명 신청기관 기관명 과제명 팀명 회사명 company applicant startup team name",
    "field": "분야 신청분야 모집분야 지원분야 부문 트랙 field track",
    "evaluator": "평가위원 평가위원명 심사위원 심사위원명 위원명 evaluator judge reviewer",
    "sum": "합계 계 점수합계 총합 소계 sum subtotal",
    "plain_mean": "평균 평균점수 산술평균 단순평균 average mean",
    "mean": "절사평균 절삭평균 조정평균 평가점수 최종평균 평균(절사) 평균(최고·최저제외) 평균(최고최저제외) trimmedmean evaluationscore",
    "highest": "최고점 최고점수 최고 highest max",
    "lowest": "최저점 최저점수 최저 lowest min",
    "bonus": "가점 가산점 우대가점 가점점수 bonus bonuspoints",
    "total": "총점 최종점수 최종점 종합점수 합산점수 총계 total finalscore",
    "rank": "순위 등수 석차 최종순위 rank",
    "selected": "선정여부 선정결과 선정 결과 판정 평가결과 selected selection result outcome",
    "serial": "연번 번호 순번 no no. #",
}
ROLES = {word: role for role, words in WORDS.items() for word in words.split()}
SUBTOTALS = frozenset(
    ["소계", "합계", "계", "총점", "점수", "평점", "subtotal", "total", "sum", "score", "points"]
)
POINTS = frozenset(("점수", "평점", "득점", "score", "scores", "points"))
CHAIR = frozenset(("위원장", "평가위원장", "chair"))
_EVALUATOR = re.compile(
    r"(?:평가위원|심사위원|평가자|위원|evaluator|judge|reviewer)[-_.#]?(?:\d{1,3}|[a-z]|[가나다라마바사아자차카타파하])"
)
_GROUP = re.compile(
    r"(?:평가|심사)?위원(?:별)?(?:평가)?(?:점수|평점)?|(?:evaluator|judge|reviewer)s?'?s?(?:scores?)?"
)
REMARKS = frozenset(("비고", "의견", "심사평", "remark", "remarks", "note", "notes", "comment", "comments"))
FIGURES = ("subtotal", "sum", "plain_mean", "mean", "highest", "lowest", "bonus", "total", "rank", "selected")


@dataclass(frozen=True)
class Column:
    """A column with a role: those of `WORDS`, or ballot, item, subtotal, kind_mean, ignore, unread.

    evaluator: whose ballot, "" in the long form; item: name of the item; kind: place of the kind."""

    column: int
    role: str
    heading: Cell
    text: str
    evaluator: str = ""
    item: str = ""
    kind: int = -1


@dataclass(frozen=True)
class Head:
    """The headings of a sheet: rows top..bottom, columns in order."""

    top: int
    bottom: int
    columns: tuple[Column, ...]

    def first(self, role: str) -> Column | None:
        """The first column of a role."""
        return next((column for column in self.columns if column.role == role), None)


class Reader:
    """Reads headings by the words above, the rule's items, kinds and mapped columns."""

    def __init__(self, rule: AuditRule) -> None:
        self.items = {spelled(item.name): item.name for item in rule.items}
        self.kinds = [spelled(kind.name) for kind in rule.kinds]
        self.evaluators = {spelled(name): name for kind in rule.kinds for name in kind.evaluators}
        self.groups: set[Cell] = set()
        self.mapped = {
            key if re.fullmatch(r"[A-Z]{1,3}", key) else spelled(key): role
            for key, role in rule.columns.items()
        }

    def find(self, grid: Grid) -> Head | None:
        """The headings, None where the sheet has no table: a name or number and scores."""
        best: tuple[int, int, int] | None = None
        chosen: Head | None = None
        for bottom in range(1, min(grid.rows, SEARCHED_ROWS) + 1):
            for depth in range(1, min(3, bottom) + 1):
                head = self._head(grid, bottom - depth + 1, bottom)
                if head is None:
                    continue
                known = [column for column in head.columns if column.role != "unread"]
                roles = {column.role for column in known}
                scored = {"ballot", "item"} | ({"subtotal"} if "evaluator" in roles else set())
                if not roles & {"id", "name"} or not roles & scored:
                    continue
                # told apart: one row of merged evaluators alone would count each of them many times
                apart = {(column.role, column.evaluator, column.item, column.kind) for column in known}
                score = (len(apart), -depth, -bottom)
                if best is None or score > best:
                    best, chosen = score, head
        return chosen

    def _head(self, grid: Grid, top: int, bottom: int) -> Head | None:
        """None where the last row is one of the table already."""
        stacks: dict[int, list[Cell]] = {}
        for place in range(1, grid.columns + 1):
            stack: list[Cell] = []
            for row in range(top, bottom + 1):
                cell = grid.merged(row, place)
                if cell.text and cell not in stack:
                    stack.append(cell)
            if stack:
                stacks[place] = stack
        if self._is_row(list(stacks.values())):
            return None
        over = Counter(cell for stack in stacks.values() for cell in stack[:-1])
        self.groups = {
            cell for cell, wide in over.items() if wide > 1 and _GROUP.fullmatch(spelled(cell.text))
        }
        columns = [self._column(place, stack) for place, stack in stacks.items()]
        long = any(column.role == "evaluator" for column in columns)
        with_items = any(column.role == "item" for column in columns)
        if long:
            columns = [_long(column, with_items) for column in columns]
        else:
            # an item without an evaluator above it is a mean of the panel: nothing that is checked
            columns = [
                Column(column.column, "unread", column.heading, column.text)
                if column.role == "item" and not column.evaluator
                else column
                for column in columns
            ]
        return Head(top, bottom, tuple(_means(columns)))

    def _is_row(self, stacks: list[list[Cell]]) -> bool:
        # Under "접수번호" or "기업명" stands no other heading, but an application; and evaluators are numbered in
        # their order, scores are not.
        numbers = []
        for stack in stacks:
            words = [spelled(cell.text) for cell in stack]
            known = [ROLES.get(word) for word in words]
            if known[-1] is None and {"id", "name"} & set(known):
                return True
            if words[-1].isdigit() and any("위원" in word for word in words[:-1]):
                numbers.append(int(words[-1]))
        return numbers != sorted(set(numbers))

    def _column(self, place: int, stack: list[Cell]) -> Column:
        words = [spelled(cell.text) for cell in stack]
        heading = stack[-1]
        text = " / ".join(" ".join(cell.text.split()) for cell in stack)
        role = self.mapped.get(letters(place)) or next(
            (self.mapped[word] for word in reversed(words) if word in self.mapped), None
        )
        if role is not None:
            kind, _, name = role.partition(":")
            evaluator = (
                name
                if kind == "ballot"
                else self._evaluator(stack, words)
                if kind in ("item", "subtotal")
                else ""
            )
            return Column(place, kind, heading, text, evaluator, name if kind == "item" else "")
        evaluator = self._evaluator(stack, words)
        leaf = words[-1]
        if evaluator:
            if leaf in self.items:
                return Column(place, "item", heading, text, evaluator, self.items[leaf])
            if leaf in SUBTOTALS:
                return Column(place, "subtotal", heading, text, evaluator)
            if (
                self._evaluator(stack[-1:], words[-1:])
                or leaf.isdigit()
                or self._is_named(stack, len(stack) - 1)
            ):
                return Column(place, "ballot", heading, text, evaluator)
            return Column(place, "unread", heading, text, evaluator)
        for index, kind_name in enumerate(self.kinds):
            if any(kind_name in word for word in words) and any(
                end in leaf for end in ("평균", "mean", "average")
            ):
                return Column(place, "kind_mean", heading, text, kind=index)
        if leaf in self.items:
            return Column(place, "item", heading, text, "", self.items[leaf])
        role = next((ROLES[word] for word in reversed(words) if word in ROLES), "unread")
        return Column(place, role, heading, text)

    def _evaluator(self, stack: list[Cell], words: list[str]) -> str:
        for cell, word in zip(stack, words, strict=True):
            if word in self.evaluators:
                return self.evaluators[word]
            if word in CHAIR or (_EVALUATOR.fullmatch(word) and not _GROUP.fullmatch(word)):
                return " ".join(cell.text.split())
        for place in range(1, len(stack)):
            if self._is_named(stack, place):
                return " ".join(stack[place].text.split())
        parents = "".join(words[:-1])
        if words[-1].isdigit() and any(
            word in parents for word in ("위원", "평가자", "evaluator", "judge", "reviewer")
        ):
            return f"평가위원{words[-1]}"
        return ""

    def _is_named(self, stack: list[Cell], place: int) -> bool:
        """Whether it is somebody's name: right under "평가위원", merged over several columns."""
        word = spelled(stack[place].text)
        other = word in ROLES or word in SUBTOTALS or word in REMARKS or word in self.items
        return place > 0 and stack[place - 1] in self.groups and not other and not word.isdigit()


def _long(column: Column, with_items: bool) -> Column:
    # One row a ballot: what stands beside its items as a sum is the ballot's, not the application's; and without
    # items its points are.
    points = not with_items and column.role == "unread" and spelled(column.heading.text) in POINTS
    if points or (with_items and column.role == "sum"):
        return Column(column.column, "subtotal", column.heading, column.text)
    return column


def _means(columns: list[Column]) -> list[Column]:
    # "평균" beside "절사평균" is the plain mean; alone it is the mean that the rule asks for.
    if any(column.role == "mean" for column in columns):
        return columns
    return [
        Column(column.column, "mean", column.heading, column.text) if column.role == "plain_mean" else column
        for column in columns
    ]
