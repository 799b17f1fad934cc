"""Shared terms in words: pairs of syllables are put together again into what the evaluator wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set

from didimdol_decide.affinity.words import Synonyms, Word, pairs


def labelled(given: Mapping[str, int], wrote: Iterable[Word], stems: Set[str]) -> dict[str, int]:
    """Label → what its terms give together; every term counts under one label.

    `given`: shared term → amount; `wrote`: the evaluator's words; `stems`: the application's. A label is a
    whole word where the application has it, else its longest pieces that stand in words of the application.
    """
    left = dict(given)
    found: Counter[str] = Counter()
    for term in sorted(left):
        if term.startswith(Synonyms.MARK):
            found[term.removeprefix(Synonyms.MARK)] += left.pop(term)
    names = {name.casefold(): name for name in sorted(found)}
    # A tail or a pair whose syllables stand in different words is in no piece.
    for label, parts in sorted(_pieces(wrote, stems), key=lambda piece: (-len(piece[0]), piece[0])):
        amount = sum(left.pop(part, 0) for part in dict.fromkeys(parts))
        if amount:
            found[names.get(label.casefold(), label)] += amount
    for term, amount in left.items():
        found[term] += amount
    return dict(found)


def _pieces(wrote: Iterable[Word], stems: Set[str]) -> set[tuple[str, tuple[str, ...]]]:
    """(label, its terms): the evaluator's words that the application has, and pieces of the others."""
    together = " ".join(sorted(stems))
    found: set[tuple[str, tuple[str, ...]]] = set()
    for word in wrote:
        if word.stem in stems:
            found.add((word.written, _parts(word.stem)))
            continue
        place = 0
        while pairs(word.stem) and place < len(word.stem) - 1:
            end = next(
                (end for end in range(len(word.stem), place + 1, -1) if word.stem[place:end] in together), 0
            )
            if end:
                piece = word.stem[place:end]
                found.add((piece, _parts(piece)))
                place = end - 1
            else:
                place += 1
    return found


def _parts(piece: str) -> tuple[str, ...]:
    return tuple(pairs(piece)) or (piece,)
