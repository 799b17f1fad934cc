"""Okapi BM25 in integers: how much each term weighs in each text of a collection.

weight = idf × tf × (k1 + 1) / (tf + k1 × (1 − b + b × length / mean length)),
idf = ln((N + 1) / (n + 1/2)), which is never negative: N texts, n of them with the term.
Source: Robertson, Walker, Jones, Hancock-Beaulieu, Gatford, Okapi at TREC-3 (1994); Robertson and Zaragoza,
The Probabilistic Relevance Framework: BM25 and Beyond (2009). The idf is the one of Lucene.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction

SCALE = 10**9
_EXACT = Context(prec=30)  # Decimal's logarithm is rounded correctly, so it is the same everywhere


def idf(texts: int, having: int) -> int:
    """How much a term tells that `having` of `texts` texts hold, in units of 1e-9."""
    ratio = _EXACT.divide(Decimal(2 * texts + 2), Decimal(2 * having + 1))
    return int(_EXACT.multiply(_EXACT.ln(ratio), Decimal(SCALE)))


def weights(texts: Sequence[Mapping[str, int]], k1: Decimal, b: Decimal) -> list[dict[str, int]]:
    """For each text (term → how often) the weight of each of its terms, in units of 1e-9, rounded down."""
    having = Counter(term for text in texts for term in text)
    told = {count: idf(len(texts), count) for count in set(having.values())}
    lengths = [sum(text.values()) for text in texts]
    total = sum(lengths)
    top = Fraction(k1) + 1
    found = []
    for text, length in zip(texts, lengths, strict=True):
        relative = Fraction(length * len(texts), total) if total else Fraction(1)
        damping = Fraction(k1) * (1 - Fraction(b) + Fraction(b) * relative)
        over, under = top.numerator * damping.denominator, top.denominator
        found.append(
            {
                term: told[having[term]]
                * often
                * over
                // (under * (often * damping.denominator + damping.numerator))
                for term, often in text.items()
            }
        )
    return found
