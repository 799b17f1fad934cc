"""How to feed a model, as people write it: one line an input, ``name: 1x576 zeros``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from pydantic import ValidationError

from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol_lab.contract import InputSpec

MOST_INPUTS = 64
#: the name may hold colons ("input:0"): the last one followed by a shape counts
LINE = re.compile(
    r"(?P<name>.+)\s*:\s*(?P<shape>scalar|[0-9]{1,10}(?:\s*[xX×*,]\s*[0-9]{1,10})*)(?:\s+(?P<fill>\S+))?", re.ASCII
)
LOOKS_LIKE: Text = text(
    "‘이름: 크기 채움’ 꼴로 한 줄에 하나씩 적어 주십시오. 예: input: 1x576 random",
    "Write one input a line as “name: shape fill”, e.g. input: 1x576 random",
)


def parse_inputs(written: str) -> dict[str, dict[str, Any]]:
    """``{name: {shape, fill}}``; nothing written is nothing given. Raises BadInput that names the line."""
    found: dict[str, dict[str, Any]] = {}
    for number, raw in enumerate(normal(written).splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        match = LINE.fullmatch(line)
        if match is None:
            _refuse(number, text(f"{number}번째 줄을 읽을 수 없습니다.", f"Line {number} cannot be read."))
        name = match["name"].strip()
        if name in found:
            _refuse(
                number,
                text(
                    f"{number}번째 줄: 입력 ‘{name}’이 두 번 있습니다.",
                    f"Line {number}: input “{name}” is named twice.",
                ),
            )
        shape = [] if match["shape"] == "scalar" else [int(part) for part in re.split(r"\s*[xX×*,]\s*", match["shape"])]
        found[name] = _spec(number, name, shape, match["fill"] or "random")
        if len(found) > MOST_INPUTS:
            _refuse(number, text(f"입력은 {MOST_INPUTS}개까지입니다.", f"There may be at most {MOST_INPUTS} inputs."))
    return found


def input_specs(inputs: str | Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """How to feed a model, as text or as ``{name: {shape, fill}}``, checked. Raises BadInput."""
    if isinstance(inputs, str):
        return parse_inputs(inputs)
    lines = []
    for name, spec in inputs.items():
        shape = "x".join(str(size) for size in spec.get("shape", [])) or "scalar"
        lines.append(f"{name}: {shape} {spec.get('fill', 'random')}")
    return parse_inputs("\n".join(lines))


def _spec(number: int, name: str, shape: list[int], fill: str) -> dict[str, Any]:
    if len(name) > 200:
        _refuse(number, text(f"{number}번째 줄: 이름이 너무 깁니다.", f"Line {number}: the name is too long."))
    try:
        spec = InputSpec.model_validate({"shape": shape, "fill": fill.lower() if fill.isalpha() else fill})
    except ValidationError as error:
        where = {str(entry["loc"][0]) for entry in error.errors() if entry["loc"]}
        if "fill" in where:
            _refuse(
                number,
                text(
                    f"{number}번째 줄: 채움은 random, zeros 또는 숫자입니다.",
                    f"Line {number}: the fill is random, zeros or a number.",
                ),
            )
        _refuse(
            number,
            text(
                f"{number}번째 줄: 크기가 너무 큽니다(원소 6,400만 개까지, 16차원까지).",
                f"Line {number}: the shape is too large (at most 64,000,000 elements and 16 dimensions).",
            ),
        )
    return spec.model_dump(mode="json")


def write_inputs(inputs: dict[str, dict[str, Any]]) -> str:
    """The same as text, for the form and for reading."""
    return "\n".join(
        f"{name}: {'x'.join(map(str, spec['shape'])) or 'scalar'} {spec.get('fill', 'random')}"
        for name, spec in inputs.items()
    )


def _refuse(number: int, message: Text) -> NoReturn:
    raise BadInput("model_inputs", message, LOOKS_LIKE, fields={"inputs": message}, line=number)
