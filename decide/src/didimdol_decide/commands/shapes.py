"""Files with a shape: read, checked, written; what is wrong is said in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.commands.files import written
from didimdol_decide.commands.tables import place_of, read_document
from didimdol_decide.malformed import form, place, refusal
from didimdol_decide.plain import Plain

Made = TypeVar("Made")
Shape = TypeVar("Shape", bound=Plain)


def read_shape(path: str, shape: type[Shape], tables: str | None = None) -> Shape:
    """A file's content as `shape`; tables: the name of its schema, where a folder of tables will do as well.
    Raises WrongUse."""
    found = read_json(path) if tables is None else read_document(path, tables)
    return valid(path, lambda: shape.model_validate(found))


def valid(path: str, make: Callable[[], Made]) -> Made:
    """What `make` returns. Raises WrongUse that names the file, the place, the rule and the way out."""
    try:
        return make()
    except ValueError as error:
        raise refused(path, error) from error


def refused(path: str, error: ValueError) -> WrongUse:
    """What a shape says of a file's content, in words."""
    said = refusal(error)
    if not isinstance(error, ValidationError):
        return WrongUse(f"{path}: {said.ko}", f"{path}: {said.in_language('en')}")
    where = place_of(path, place(error))
    at = f"{path}: {where}" if where else path
    ko, en = f"{at}: {said.ko}", f"{at}: {said.in_language('en')}"
    name = form(error)
    if name is not None and error.errors(include_url=False)[0]["type"] != "value_error":
        ko += f". 형식: didimdol-decide schema {name}"
        en += f". The form: didimdol-decide schema {name}"
    return WrongUse(ko, en)


def as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def write_json(path: str, value: object, *, new: bool = False) -> None:
    if new and Path(path).exists():
        raise WrongUse(
            f"파일이 이미 있습니다: {path}. 덮어쓰지 않으니 다른 이름을 주십시오.",
            f"{path} exists already and is never overwritten; give another name",
        )
    with written(path) as file:
        file.write(as_text(value) + "\n")
