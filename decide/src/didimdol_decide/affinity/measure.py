"""The measure: from texts to one number a pair, and why."""

from __future__ import annotations

import heapq
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from didimdol_decide.affinity.bm25 import weights
from didimdol_decide.affinity.inputs import Application, BidChoice, Evaluator, Texts
from didimdol_decide.affinity.labels import labelled
from didimdol_decide.affinity.result import Affinities, PairAffinity, SharedTerm
from didimdol_decide.affinity.words import Morphemes, Synonyms, Word, terms, words

ONE = 10**6
#: of shares, which have at most twelve places
UNIT = 10**12
#: an own field, no field named (any), another's field
OWN, ANY, OTHER = ONE, ONE // 2, 0


class _Parts(NamedTuple):
    """Millionths."""

    value: int
    text: int
    field: int


class Measure:
    """Affinities of one collection. They depend on all its applications (what is rare among them tells more)
    but on no other evaluator: who joins or leaves changes nobody else's.

    `morphemes`: a text's words of meaning, by an analyser of Korean; without one, endings are taken off and
    words of three syllables or more are found by their pairs of syllables too.
    """

    def __init__(self, texts: Texts, morphemes: Morphemes | None = None) -> None:
        self._texts = texts
        self._morphemes = morphemes
        self._synonyms = Synonyms(texts.synonyms, morphemes)
        self._bids = {(row.application, row.evaluator): row.bid for row in texts.bids}
        self._conflicts = {(row.application, row.evaluator) for row in texts.conflicts}
        settings = texts.settings
        self._text, self._sentence, self._bid_strength = (
            int(Fraction(share) * UNIT) for share in (settings.text, settings.sentence, settings.bids)
        )
        read = {
            entry.id: [(self._words(passage.text), passage.weight) for passage in entry.passages]
            for entry in texts.applications
        }
        self._stems = {
            name: frozenset(word.stem for found, _ in passages for word in found)
            for name, passages in read.items()
        }
        listed = weights([self._counted(passages) for passages in read.values()], settings.k1, settings.b)
        self._weights = {entry.id: own for entry, own in zip(texts.applications, listed, strict=True)}
        self._full = {
            name: sum(heapq.nlargest(settings.full, own.values())) for name, own in self._weights.items()
        }
        self._expertise = {entry.id: self._known_by(entry) for entry in texts.evaluators}
        self._holders: dict[str, list[tuple[str, int]]] = {}
        for name, known in self._expertise.items():
            for term, factor in known.items():
                self._holders.setdefault(term, []).append((name, factor))

    def _words(self, text: str) -> list[Word]:
        return words(text, self._morphemes)

    def _terms(self, found: list[Word]) -> list[str]:
        return terms(found, paired=self._morphemes is None) + self._synonyms.terms(
            [word.stem for word in found]
        )

    def _counted(self, passages: list[tuple[list[Word], int]]) -> Counter[str]:
        """Term → how often, by the passages' weights."""
        counted: Counter[str] = Counter()
        for found, weight in passages:
            for term in self._terms(found):
                counted[term] += weight
        return counted

    def _known_by(self, evaluator: Evaluator) -> dict[str, int]:
        """Term → what it counts, in millionths: 1 in a keyword, less in the sentence."""
        less = self._sentence // (UNIT // ONE)
        found = dict.fromkeys(self._terms(self._words(evaluator.sentence)), less)
        for keyword in evaluator.keywords:
            found |= dict.fromkeys(self._terms(self._words(keyword)), ONE)
        return found

    def row(self, application: Application) -> dict[str, int]:
        """Evaluator → affinity in millionths, without those in conflict."""
        shared: Counter[str] = Counter()
        for term, weight in self._weights[application.id].items():
            for name, factor in self._holders.get(term, ()):
                shared[name] += weight * factor
        return {
            entry.id: self._parts(application, entry, shared[entry.id]).value
            for entry in self._texts.evaluators
            if (application.id, entry.id) not in self._conflicts
        }

    def table(self) -> dict[tuple[str, str], Decimal]:
        """(application, evaluator) → 0..1 to six places, as `AssignmentProblem` takes it; no conflicts."""
        return {
            (application.id, name): _decimal(value)
            for application in self._texts.applications
            for name, value in self.row(application).items()
        }

    def _parts(self, application: Application, evaluator: Evaluator, shared: int) -> _Parts:
        full = self._full[application.id]
        text = min(ONE, shared // full) if full else 0
        field = ANY
        if evaluator.fields:
            field = OWN if application.field in evaluator.fields else OTHER
        base = (self._text * text + (UNIT - self._text) * field) // UNIT
        bid = self._bids.get((application.id, evaluator.id))
        return _Parts(_moved(base, bid, self._bid_strength), text, field)

    def explain(self, application: Application, evaluator: Evaluator) -> PairAffinity | None:
        """The pair's affinity with its parts and the shared terms that gave most; None in a conflict."""
        if (application.id, evaluator.id) in self._conflicts:
            return None
        own = self._weights[application.id]
        given = {
            term: own[term] * factor
            for term, factor in self._expertise[evaluator.id].items()
            if own.get(term, 0) * factor > 0
        }
        total = sum(given.values())
        parts = self._parts(application, evaluator, total)
        written = [*evaluator.keywords, evaluator.sentence] if given else []
        wrote = [word for text in written for word in self._words(text)]
        named = labelled(given, wrote, self._stems[application.id])
        listed = [
            SharedTerm(term=term, value=_decimal(self._text * parts.text * amount // (UNIT * total)))
            for term, amount in sorted(named.items(), key=lambda entry: (-entry[1], entry[0]))
        ]
        return PairAffinity(
            application=application.id,
            evaluator=evaluator.id,
            value=_decimal(parts.value),
            text=_decimal(parts.text),
            field=_decimal(parts.field),
            bid=self._bids.get((application.id, evaluator.id)),
            terms=tuple(listed[: self._texts.settings.terms]),
        )

    def affinities(self, application: str | None = None, evaluator: str | None = None) -> Affinities:
        """Every pair with its reasons, by id; only those of the application or evaluator named."""
        found = [
            pair
            for one in self._texts.applications
            if application in (None, one.id)
            for other in self._texts.evaluators
            if evaluator in (None, other.id)
            if (pair := self.explain(one, other)) is not None
        ]
        found.sort(key=lambda pair: (pair.application, pair.evaluator))
        return Affinities(settings=self._texts.settings, pairs=tuple(found))


def _moved(base: int, bid: BidChoice | None, strength: int) -> int:
    match bid:
        case BidChoice.EAGER:
            return base + strength * (ONE - base) // UNIT
        case BidChoice.WILLING:
            return base + strength * (ONE - base) // (2 * UNIT)
        case BidChoice.RELUCTANT:
            return base - strength * base // UNIT
    return base


def _decimal(millionths: int) -> Decimal:
    return Decimal(f"{millionths // ONE}.{millionths % ONE:06d}")
