"""Numbers from a seed: SHA-256 in counter mode, integers only, unbiased."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from didimdol_decide.canonical import canonical_json

PURPOSE = b"didimdol.draw.stream/1\n"


def stream(seed: str, label: Sequence[object]) -> Callable[[int], int]:
    """`bits(n)`: the next n bits as a number. Block i is SHA-256 over the purpose and the canonical JSON of
    [seed, label, i], i = 0, 1, ...; each call starts a new block and uses the first n bits of its blocks."""
    block = 0

    def bits(n: int) -> int:
        nonlocal block
        number, have = 0, 0
        while have < n:
            content = canonical_json([seed, list(label), block])
            number = number << 256 | int.from_bytes(hashlib.sha256(PURPOSE + content).digest(), "big")
            have, block = have + 256, block + 1
        return number >> (have - n)

    return bits


def below(limit: int, bits: Callable[[int], int]) -> int:
    """A number 0..limit-1, each as likely: as many bits as limit-1 has, drawn anew while not below limit.

    More than half of the bit patterns are below, so n tries fail with a chance under 2**-n. Raises ValueError
    for a limit under 1.
    """
    if limit < 1:
        raise ValueError("nothing to draw from")
    length = (limit - 1).bit_length()
    while True:
        number = bits(length)
        if number < limit:
            return number
