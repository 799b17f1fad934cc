"""From text to terms: words as they were written, their stems, and the terms they are found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from didimdol_decide.affinity.korean import AMBIGUOUS, SAYS_NOTHING, is_ending, stem

Morphemes = Callable[[str], Iterable[str]]
"""A text's words of meaning (nouns, stems), in order: what a morphological analyser gives."""

_HANGUL = re.compile(r"[가-힣]+")
_RUN = re.compile(r"(?P<hangul>[가-힣]+)|(?P<other>(?:(?![가-힣])[^\W_])+)")
MOST_JOINED = 4  # words of a phrase in the table of synonyms


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was written, the stem it is compared by, and its last two syllables where what was taken
    off may have belonged to it ("집적회로": 집적회, 회로)."""

    written: str
    stem: str
    tail: str = ""


def words(text: str, morphemes: Morphemes | None = None) -> list[Word]:
    """The words of a text in order, those that say nothing included. Compatibility forms and case do not
    matter (NFKC, casefold); "NPU를" is "NPU", "AI반도체" two words; figures alone are no words."""
    text = unicodedata.normalize("NFKC", text)
    if morphemes is not None:
        given = (unicodedata.normalize("NFKC", word).strip() for word in morphemes(text))
        return [Word(word, _folded(word)) for word in given if word and not word.isdecimal()]
    found: list[Word] = []
    end_of_other = -1
    for run in _RUN.finditer(text):
        written = run.group()
        if run.lastgroup == "hangul":
            if run.start() == end_of_other and is_ending(written):
                continue
            cut = stem(written)
            if cut:
                doubtful = cut != written and written[-1] in AMBIGUOUS
                found.append(Word(cut, cut, written[-2:] if doubtful else ""))
            continue
        end_of_other = run.end()
        if not written.isdecimal():
            found.append(Word(written, _singular(_folded(written))))
    return found


def _folded(word: str) -> str:
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", word.casefold())


def _singular(word: str) -> str:
    # No more than the plural: "models", but neither "analysis", "bus" nor "loss".
    if len(word) > 3 and word.isascii() and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def pairs(word: str) -> list[str]:
    """The pairs of syllables of a Hangul word of three or more: by them "음성인식" meets "음성 인식"; none of
    others."""
    if len(word) < 3 or _HANGUL.fullmatch(word) is None:
        return []
    return [word[place : place + 2] for place in range(len(word) - 1)]


def terms(found: Iterable[Word], *, paired: bool = True) -> list[str]:
    """What words are found by: short ones and those of other scripts by their stem, longer ones of Hangul by
    their pairs (a compound counts as its parts), and tails; without those that say nothing."""
    listed: list[str] = []
    for word in found:
        if word.stem in SAYS_NOTHING:
            continue
        parts = [*(pairs(word.stem) or [word.stem]), word.tail] if paired else [word.stem]
        listed += (part for part in parts if part and part not in SAYS_NOTHING)
    return listed


class Synonyms:
    """Groups of phrases that mean the same. A group is a term of its own, beside the words themselves."""

    MARK = "="  # no word begins with it

    def __init__(self, groups: Iterable[tuple[str, ...]], morphemes: Morphemes | None = None) -> None:
        self._group: dict[str, str] = {}
        for group in groups:
            for phrase in group:
                joined = "".join(word.stem for word in words(phrase, morphemes))
                if joined:
                    self._group.setdefault(joined, self.MARK + group[0])
        self._beginnings = {joined[0] for joined in self._group}

    def terms(self, stems: list[str]) -> list[str]:
        """The groups a text names, as often as it does; spaces do not matter, longer phrases go first."""
        found: list[str] = []
        place = 0
        while place < len(stems):
            begins = stems[place][0] in self._beginnings
            for count in range(min(MOST_JOINED, len(stems) - place) if begins else 0, 0, -1):
                group = self._group.get("".join(stems[place : place + count]))
                if group is not None:
                    found.append(group)
                    place += count
                    break
            else:
                place += 1
        return found
