"""Files with a shape: read, checked, written; what is wrong is said in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.commands.tables import place_of, read_document
from didimdol_decide.plain import Plain
from didimdol_decide.record.spelling import reason_of

Made = TypeVar("Made")
Shape = TypeVar("Shape", bound=Plain)


def read_shape(path: str, shape: type[Shape], tables: str | None = None) -> Shape:
    """A file's content as `shape`; tables: the name of its schema, where a folder of tables will do as well.
    Raises WrongUse."""
    found = read_json(path) if tables is None else read_document(path, tables)
    return valid(path, lambda: shape.model_validate(found))


def valid(path: str, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = place_of(path, first["loc"])
        place = f"{path}: {where}" if where else path
        ko, _, en = str(first["msg"]).removeprefix("Value error, ").partition(" / ")
        if not en:
            # The reader of shapes speaks English only.
            ko = f"형식이 올바르지 않습니다 ({ko}); `didimdol-decide schema`가 보이는 형식에 맞추십시오"
            en = f"malformed ({first['msg']}); `didimdol-decide schema` prints the form"
        raise WrongUse(f"{place}: {ko}", f"{place}: {en}") from error
    except ValueError as error:
        ko, _, en = reason_of(error).partition(" / ")
        raise WrongUse(f"{path}: {ko}", f"{path}: {en or ko}") from error


def as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def write_json(path: str, value: object, *, new: bool = False) -> None:
    if new and Path(path).exists():
        raise WrongUse(
            f"파일이 이미 있습니다: {path}. 덮어쓰지 않으니 다른 이름을 주십시오.",
            f"{path} exists already and is never overwritten; give another name",
        )
    try:
        Path(path).write_text(as_text(value) + "\n", encoding="utf-8")
    except OSError as error:
        raise WrongUse(
            f"파일을 쓸 수 없습니다: {path} ({error.strerror})", f"Cannot write {path}: {error.strerror}"
        ) from error
