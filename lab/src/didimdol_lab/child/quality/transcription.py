"""Texts out of token ids, or out of CTC scores by greedy decoding, and their edits to the right texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Sequence
from typing import Any

from ..runtimes.base import Array
from .answers import Answers, unfit
from .dataset import invalid, text_of

WORD_START, WORD_END = "▁", "|"
"""How SentencePiece and the usual CTC vocabularies spell the space: as a part of a token, and as a token."""


def normal(text: str) -> str:
    """NFC, white space as single spaces, none at the ends. Case and punctuation stay: they are part of the text."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def edits(right: Sequence[Hashable], found: Sequence[Hashable]) -> int:
    """Fewest insertions, deletions and substitutions between two sequences (Levenshtein).

    Myers' bit vectors, as Hyyrö (2003) gives them: one column of the table in the bits of one integer.
    """
    if not right or not found:
        return max(len(right), len(found))
    places: dict[Hashable, int] = {}
    for index, each in enumerate(right):
        places[each] = places.get(each, 0) | 1 << index
    whole = (1 << len(right)) - 1
    last = 1 << (len(right) - 1)
    up, down, distance = whole, 0, len(right)
    for each in found:
        equal = places.get(each, 0)
        zero = (((equal & up) + up) ^ up) | equal | down
        more = down | ~(zero | up) & whole
        less = zero & up
        if more & last:
            distance += 1
        if less & last:
            distance -= 1
        more = more << 1 | 1
        up = (less << 1 | ~(zero | more)) & whole
        down = more & zero & whole
    return distance


class Transcription(Answers):
    """The first output: integers are token ids; floats are CTC scores, time by vocabulary, an example each."""

    task = "transcription"

    def __init__(self, truth: dict[str, Array], total: int, outputs: list[str]) -> None:
        texts = text_of(truth["texts"], "texts", self.task).split("\n")
        if len(texts) == total + 1 and not texts[-1]:
            texts.pop()
        if len(texts) != total:
            raise invalid(
                self.task,
                (
                    f"texts는 {len(texts)}줄인데 예제는 {total}개입니다",
                    f"texts have {len(texts)} lines, but there are {total} examples",
                ),
            )
        self.right = [normal(text) for text in texts]
        if not any(self.right):
            raise invalid(self.task, ("texts가 모두 비어 있습니다", "texts are all empty"))
        tokens = text_of(truth["vocabulary"], "vocabulary", self.task).split("\n")
        self.tokens = [" " if token == WORD_END else token.replace(WORD_START, " ") for token in tokens]
        self.blank = int(truth["blank"]) if "blank" in truth else 0
        self.end = int(truth["end"]) if "end" in truth else None
        self.rows: list[tuple[int, int, int, int]] = []

    def add(self, start: int, rows: int, outputs: list[Array], size: int) -> None:
        ids = self._ids(outputs[0], size)
        for right, own in zip(self.right[start : start + rows], ids[:rows], strict=True):
            found = normal(self._text(own))
            right_words, words = right.split(), found.split()
            self.rows.append((edits(right_words, words), len(right_words), edits(right, found), len(right)))

    def _ids(self, output: Array, size: int) -> list[list[int]]:
        """Token ids of each example. Raises TaskRefused(output_unfit)."""
        shape = list(output.shape)
        if output.dtype.kind in "iu" and output.size and output.size % size == 0:
            return [list(map(int, row)) for row in output.reshape(size, -1)]
        if output.dtype.kind == "f" and output.ndim == 2 and size == 1:
            output = output[None]
        if output.dtype.kind != "f" or output.ndim != 3 or len(output) != size or output.size == 0:
            raise unfit(
                self.task,
                f"첫 출력이 {output.dtype} {shape}입니다. 정수 [n, 길이] 또는 실수 [n, 시간, 어휘]여야 합니다",
                f"the first output is {output.dtype} {shape}; it must be integers [n, length] or floats [n, time, vocabulary]",
            )
        return [self._collapsed(row.argmax(axis=1).tolist()) for row in output]

    def _collapsed(self, path: list[int]) -> list[int]:
        """CTC: of equal neighbours one, then without blanks."""
        return [
            each
            for index, each in enumerate(path)
            if each != self.blank and (index == 0 or each != path[index - 1])
        ]

    def _text(self, ids: list[int]) -> str:
        parts: list[str] = []
        for each in ids:
            if each == self.end:
                break
            if not 0 <= each < len(self.tokens):
                raise unfit(
                    self.task,
                    f"토큰 번호 {each}은(는) 어휘 {len(self.tokens)}개 밖입니다",
                    f"token {each} is outside the vocabulary of {len(self.tokens)}",
                )
            parts.append(self.tokens[each])
        return "".join(parts)

    def report(self) -> dict[str, Any]:
        return {"texts": sorted(self.rows)}
