"""Wrong inputs of a selection, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from didimdol_decide.ballots import BallotInvalid
from didimdol_decide.commands.common import WrongUse
from didimdol_decide.confidence.decision import NothingToSay


@contextmanager
def wrong_inputs(path: str) -> Iterator[None]:
    """Turns what the shapes and `scoring` refuse into WrongUse that names the file, the place and the
    rule."""
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise WrongUse(
            f"{path}: 입력이 올바르지 않습니다: {where}: {first['msg']}."
            " 형식은 `didimdol-decide schema`가 보여 줍니다 (score-input, panel-design).",
            f"{path}: wrong input: {where}: {first['msg']}."
            " `didimdol-decide schema` prints the form (score-input, panel-design).",
        ) from error
    except (BallotInvalid, NothingToSay) as error:
        raise WrongUse(f"{path}: {error.text.ko}", f"{path}: {error.text.in_language('en')}") from error
    except (ValueError, TypeError) as error:
        raise WrongUse(
            f"{path}: 입력이 서로 맞지 않습니다: {error}. 이 값을 고친 뒤 다시 실행하세요.",
            f"{path}: the inputs do not fit together: {error}. Mend this value and run again.",
        ) from error
