"""A folder of CSV tables in the place of a JSON document.

`applications.csv` holds the rows of "applications", and so on for every list of the document's form (its JSON
Schema); `other.json` holds what is no table. The form says what a cell is. A column whose heading stands in
parentheses is a remark of its writer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.commands.table_file import read_table
from didimdol_decide.schema import shipped

OTHER = "other.json"
BETWEEN, EQUAL = ";", "="
TRUE, FALSE = {"true", "yes", "1", "예"}, {"false", "no", "0", "아니오"}
Form = Mapping[str, Any]


def read_document(path: str, schema: str) -> object:
    """The JSON document in a file, or in a folder of tables. schema: its form's name. Raises WrongUse."""
    return _Folder(path, shipped(schema)).document() if Path(path).is_dir() else read_json(path)


def place_of(path: str, where: tuple[int | str, ...]) -> str:
    """A place in the document as the reader of its files finds it: of a table the row, counted from 1 below
    the heading."""
    parts = [str(part) for part in where]
    if not Path(path).is_dir() or not where or not Path(path, f"{where[0]}.csv").is_file():
        return ".".join(parts)
    rows = [f"#{part + 1}" for part in where[1:2] if isinstance(part, int)]
    return " ".join([f"{where[0]}.csv", *rows, *parts[1 + len(rows) :]])


class _Folder:
    def __init__(self, path: str, form: Form) -> None:
        self.path, self.form = Path(path), form
        self.parts: Form = form.get("properties", {})

    def document(self) -> dict[str, object]:
        other = self.path / OTHER
        found = read_json(str(other)) if other.is_file() else {}
        if not isinstance(found, dict):
            raise WrongUse(f"{other}는 객체여야 합니다.", f"{other} must be an object")
        tables = sorted(self.path.glob("*.csv"))
        if not tables and not found:
            names = ", ".join(f"{name}.csv" for name in self._names())
            raise WrongUse(
                f"{self.path}에 표가 없습니다. 둘 수 있는 표: {names}",
                f"There is no table in {self.path}. There may be: {names}",
            )
        for table in tables:
            if table.stem not in self._names():
                names = ", ".join(self._names())
                raise WrongUse(
                    f"{table}: '{table.stem}'이라는 표는 없습니다. 둘 수 있는 표: {names}",
                    f"{table}: there is no table '{table.stem}'. There may be: {names}",
                )
            if table.stem in found:
                raise WrongUse(
                    f"'{table.stem}'이(가) {table.name}과 {OTHER}에 모두 있습니다. 하나를 지우십시오.",
                    f"'{table.stem}' is both in {table.name} and in {OTHER}; remove one",
                )
            found[table.stem] = list(self._rows(table))
        return found

    def _names(self) -> list[str]:
        return [name for name, part in self.parts.items() if self._row(part) is not None]

    def _row(self, part: Form) -> Form | None:
        """The form of a row, if this part of the document is a list of objects."""
        for option in self._options(part):
            items = option.get("items") if option.get("type") == "array" else None
            if items is not None and (row := self._object(items)) is not None:
                return row
        return None

    def _object(self, form: Form) -> Form | None:
        return next((option for option in self._options(form) if option.get("type") == "object"), None)

    def _options(self, form: Form) -> Iterator[Form]:
        if "$ref" in form:
            form = self.form["$defs"][str(form["$ref"]).rpartition("/")[2]]
        choices = form.get("anyOf") or form.get("oneOf")
        if choices is None:
            yield form
        else:
            for choice in choices:
                yield from self._options(choice)

    def _rows(self, table: Path) -> Iterator[dict[str, object]]:
        form = self._row(self.parts[table.stem])
        assert form is not None
        parts: Form = form["properties"]
        names = ", ".join(parts)
        for where, cells in read_table(str(table), set(), (names, names)):
            # What is spread over columns is there, though it may have nothing.
            row: dict[str, object] = {heading.split(".")[0]: {} for heading in cells if "." in heading}
            for heading, text in cells.items():
                if text and not (heading.startswith("(") and heading.endswith(")")):
                    self._put(row, heading.split("."), text, form, f"{where}: {heading}")
            yield row

    def _put(self, into: dict[str, object], path: list[str], text: str, form: Form, where: str) -> None:
        head, *rest = path
        part = form.get("properties", {}).get(head)
        if part is None:
            part = next(iter(form.get("patternProperties", {}).values()), form.get("additionalProperties"))
        if not isinstance(part, dict):
            names = ", ".join(form.get("properties", ()))
            raise WrongUse(
                f"{where}: 그런 열은 없습니다. 쓸 수 있는 열: {names}",
                f"{where}: there is no such column. There may be: {names}",
            )
        there = into.get(head)
        if there if not rest else not isinstance(there, dict | None):
            raise WrongUse(
                f"{where}: '{head}'은(는) 한 값으로나 값마다 열로, 하나로만 적으십시오.",
                f"{where}: give {head!r} as one value or by columns, not both",
            )
        if not rest:
            into[head] = self._value(text, part, where)
            return
        inner = self._object(part)
        if inner is None:
            raise WrongUse(
                f"{where}: '{head}' 아래에는 열을 둘 수 없습니다.", f"{where}: {head!r} has no parts"
            )
        below = into.setdefault(head, {})
        assert isinstance(below, dict)
        self._put(below, rest, text, inner, where)

    def _value(self, text: str, form: Form, where: str) -> object:
        options = list(self._options(form))
        kinds = {str(option.get("type", "string")) for option in options}
        if "array" in kinds:
            items = next(option["items"] for option in options if option.get("type") == "array")
            return [self._item(part.strip(), items, where) for part in text.split(BETWEEN) if part.strip()]
        if "string" in kinds or "number" in kinds:
            return text
        if "integer" in kinds:
            try:
                return int(text)
            except ValueError:
                raise WrongUse(
                    f"{where}: 정수여야 합니다: {text}", f"{where}: must be a whole number, and is {text!r}"
                ) from None
        if "boolean" in kinds and text.lower() in TRUE | FALSE:
            return text.lower() in TRUE
        if "boolean" in kinds:
            raise WrongUse(
                f"{where}: 예 또는 아니오(true, false)여야 합니다: {text}",
                f"{where}: must be true or false, and is {text!r}",
            )
        raise WrongUse(
            f"{where}: 값마다 열을 따로 두십시오 (이름.값).",
            f"{where}: give each of its values a column (name.value)",
        )

    def _item(self, text: str, form: Form, where: str) -> object:
        options = list(self._options(form))
        if EQUAL in text and any(option.get("type") == "array" for option in options):
            return [part.strip() for part in text.split(EQUAL)]
        row = self._object(form)
        if row is not None:
            required = row.get("required", ())
            if len(required) != 1:
                raise WrongUse(f"{where}: {OTHER}에 적으십시오.", f"{where}: belongs into {OTHER}")
            return {required[0]: text}
        plain = [option for option in options if option.get("type") != "array"]
        return self._value(text, {"anyOf": plain}, where)
