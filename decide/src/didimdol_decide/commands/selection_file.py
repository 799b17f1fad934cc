"""Wrong inputs of a selection, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from didimdol_decide.ballots import BallotInvalid
from didimdol_decide.commands.common import WrongUse
from didimdol_decide.commands.shapes import refused
from didimdol_decide.confidence.decision import NothingToSay
from didimdol_decide.plain import wrong


@contextmanager
def wrong_inputs(path: str) -> Iterator[None]:
    """Turns what the shapes and `scoring` refuse into WrongUse that names the file, the place and the
    rule."""
    try:
        yield
    except (BallotInvalid, NothingToSay) as error:
        raise WrongUse(f"{path}: {error.text.ko}", f"{path}: {error.text.in_language('en')}") from error
    except ValueError as error:
        raise refused(path, error) from error
    except TypeError as error:
        raise WrongUse(
            f"{path}: 입력이 서로 맞지 않습니다: {error}. 이 값을 고친 뒤 다시 실행하세요.",
            f"{path}: the inputs do not fit together: {error}. Mend this value and run again.",
        ) from error


def as_object(document: object) -> dict[str, object]:
    """Raises ValueError where the file holds something else."""
    if not isinstance(document, dict):
        raise wrong(
            "객체({…})가 아닙니다; 형식: didimdol-decide schema score-input",
            "not an object ({…}); the form: didimdol-decide schema score-input",
        )
    return document
