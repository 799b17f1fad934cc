"""Good files with bytes changed at random, from a fixed seed: always a card or a refusal, and always an end."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import hostile_ir as ir
import hostile_models as h
import hostile_tflite as t
from didimdol_lab.contract import Limits, ModelCard
from didimdol_lab.intake import check
from didimdol_lab.refusals import Refused
from test_hostile import pair

ROUNDS = 6
CASES = 10


ANY = range(256)
DIGITS = b"0123456789"


def mutated(content: bytes, chance: random.Random, alphabet: Sequence[int] = ANY) -> bytes:
    """A byte or a few of an alphabet replaced, a piece cut out, repeated, or the end missing."""
    made = bytearray(content)
    kind = chance.random()
    at = chance.randrange(len(made))
    length = chance.randint(1, 16)
    if kind < 0.7:
        places = [place for place, byte in enumerate(made) if byte in alphabet]
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            made[chance.choice(places)] = chance.choice(alphabet)
    elif kind < 0.8:
        del made[at : at + length]
    elif kind < 0.9:
        made[at:at] = made[at : at + length]
    else:
        del made[at:]
    return bytes(made)


def _onnx(path: Path, chance: random.Random) -> Path:
    model = chance.choice((h.good(), h.nested_if(2), h.classifier()))
    return h.save(mutated(model.SerializeToString(), chance), path / "m.onnx")


def _tflite(path: Path, chance: random.Random) -> Path:
    # The identifier stays, or the file would be no TFLite to begin with.
    content = bytearray(mutated(chance.choice((t.pack(t.good()), t.nested_if(2))), chance))
    content[4:8] = b"TFL3"
    return h.save(bytes(content), path / "m.tflite")


def _ir(path: Path, chance: random.Random) -> Path:
    return pair(mutated(ir.good(), chance, DIGITS), ir.BIN)(path)


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("make", [_onnx, _tflite, _ir])
def test_a_changed_file_gets_a_card_or_a_refusal(
    make: Callable[[Path, random.Random], Path], number: int, tmp_path: Path
) -> None:
    chance = random.Random(f"{make.__name__} {number}")
    codes = []
    for case in range(CASES):
        folder = tmp_path / str(case)
        folder.mkdir()
        path = make(folder, chance)
        try:
            card = check(path, limits=Limits(seconds=20, memory_mb=1000))
        except Refused as refused:
            codes.append(refused.refusal.code)
        else:
            assert ModelCard.model_validate(card.model_dump(mode="json")) == card
            codes.append("card")
    # Neither a fault of ours nor an answer against the rules.
    assert not {"internal", "sandbox_output", "sandbox_incomplete"} & set(codes), codes
