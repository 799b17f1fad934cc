"""What the .npz of a data set holds, by task: told to companies, checked at upload and again in the sandbox.

Standard library only: the sandboxed child reads it as well as the contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Words = tuple[str, str]
"""The same in Korean and English."""

MAX_EXAMPLES = 20_000
"""Most examples of which a record keeps figures one by one."""
MAX_TRUTHS = 10_000
"""Most objects to be found in a data set for detection."""
MAX_FOUND = 10_000
"""Most detections that a record keeps, over all images."""
MAX_FOUND_PER_IMAGE = 100
"""Those with the highest scores, as COCO counts."""


@dataclass(frozen=True, slots=True)
class Part:
    """One array. `kinds`: starts of NumPy's type codes (`i` integers, `u` unsigned, `f` floats, `b` booleans, `u1` bytes).
    `shape`: numbers, `n` for one entry an example, other letters for lengths of their own, `...` for any further axes."""

    name: str
    kinds: tuple[str, ...]
    shape: tuple[str | int, ...]
    says: Words
    optional: bool = False

    @property
    def form(self) -> str:
        """labels: integer[n], the same in both languages."""
        word = {"u1": "uint8", "i": "integer", "f": "float", "b": "bool"}[self.kinds[0]]
        return f"{self.name}: {word}[{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of an array without reading it. `dtype` as NumPy spells it: `<f4`, `|u1`."""

    name: str
    dtype: str
    shape: tuple[int, ...]


_NUMBERS = ("f", "i", "u")
_INTEGERS = ("i", "u")
_LABELS = Part("labels", _INTEGERS, ("n",), ("예제마다 정답 분류의 번호", "the right class of each example"))

PARTS: dict[str, tuple[Part, ...]] = {
    "classification": (_LABELS,),
    "binary": (
        Part(
            "labels",
            (*_INTEGERS, "b"),
            ("n",),
            ("예제마다 1(해당) 또는 0", "1 (positive) or 0 for each example"),
        ),
        Part(
            "threshold",
            _NUMBERS,
            (),
            (
                "이 값 이상이면 해당으로 봄. 없으면 0.5",
                "scores from here up count as positive; 0.5 without it",
            ),
            optional=True,
        ),
    ),
    "detection": (
        Part("boxes", _NUMBERS, ("m", 4), ("물체마다 x1, y1, x2, y2", "x1, y1, x2, y2 of each object")),
        Part("labels", _INTEGERS, ("m",), ("물체마다 분류의 번호", "the class of each object")),
        Part(
            "image", _INTEGERS, ("m",), ("물체가 있는 예제의 차례, 0부터", "which example it is in, from 0")
        ),
    ),
    "transcription": (
        Part(
            "texts",
            ("u1",),
            ("t",),
            ("정답 글, 한 줄에 하나, UTF-8", "the right texts, one a line, in UTF-8"),
        ),
        Part(
            "vocabulary",
            ("u1",),
            ("v",),
            (
                "토큰, 한 줄에 하나, UTF-8. 빈 줄은 글이 되지 않는 토큰",
                "the tokens, one a line, in UTF-8; an empty line is a token that writes nothing",
            ),
        ),
        Part(
            "blank",
            _INTEGERS,
            (),
            ("CTC의 빈 토큰 번호. 없으면 0", "CTC's blank token; 0 without it"),
            optional=True,
        ),
        Part("end", _INTEGERS, (), ("글을 끝내는 토큰 번호", "the token that ends a text"), optional=True),
    ),
    "regression": (
        Part(
            "targets",
            _NUMBERS,
            ("n", "..."),
            ("예제마다 맞는 값", "the right value or values of each example"),
        ),
    ),
    "similarity": (
        Part(
            "reference",
            _NUMBERS,
            ("n", "..."),
            ("예제마다 기준 모델의 출력", "the reference model's output for each example"),
        ),
    ),
}


def expected(task: str) -> str:
    """The arrays of a task in one line, for a remedy: `boxes: float[m, 4], labels: integer[m], image: integer[m]`."""
    return ", ".join(part.form for part in PARTS[task] if not part.optional)


def inputs_of(task: str, arrays: Sequence[Shape]) -> list[Shape]:
    """The arrays that feed the model: all that are not the task's own."""
    own = {part.name for part in PARTS[task]}
    return [each for each in arrays if each.name not in own]


def misfit(task: str, arrays: Sequence[Shape]) -> Words | None:
    """Why these arrays are no data set for the task, or None. Only names, types and shapes are looked at."""
    found = {each.name: each for each in arrays}
    lengths: dict[str, tuple[str, int]] = {}
    for part in PARTS[task]:
        array = found.get(part.name)
        if array is None:
            if part.optional:
                continue
            return (f"배열 '{part.name}'이(가) 없습니다", f"array '{part.name}' is missing")
        if problem := _unlike(part, array, lengths):
            return problem
    inputs = inputs_of(task, arrays)
    if not inputs:
        return ("모델에 넣을 배열이 없습니다", "there is no array to feed the model with")
    for each in inputs:
        if not each.shape:
            return (
                f"입력 배열 '{each.name}'에 예제 축이 없습니다",
                f"input array '{each.name}' has no axis of examples",
            )
        if problem := _length("n", each.name, each.shape[0], lengths):
            return problem
    if inputs[0].shape[0] == 0:
        return ("예제가 하나도 없습니다", "there is no example")
    return None


def _unlike(part: Part, array: Shape, lengths: dict[str, tuple[str, int]]) -> Words | None:
    """Type and shape of one array; `lengths` keeps what each letter stands for."""
    wrong = (
        f"배열 '{part.name}'은(는) {part.form} 꼴이어야 합니다. 현재: {array.dtype} {list(array.shape)}",
        f"array '{part.name}' must be {part.form}; it is {array.dtype} {list(array.shape)}",
    )
    if not array.dtype.lstrip("<>=|").startswith(part.kinds):
        return wrong
    fixed = [axis for axis in part.shape if axis != "..."]
    if len(array.shape) < len(fixed) or (len(fixed) == len(part.shape) and len(array.shape) != len(fixed)):
        return wrong
    for axis, size in zip(fixed, array.shape, strict=False):
        if isinstance(axis, int):
            if size != axis:
                return wrong
        elif problem := _length(axis, part.name, size, lengths):
            return problem
    return None


def _length(axis: str, name: str, size: int, lengths: dict[str, tuple[str, int]]) -> Words | None:
    first, known = lengths.setdefault(axis, (name, size))
    if size == known:
        return None
    return (
        f"배열 '{name}'의 길이 {size}이(가) '{first}'의 길이 {known}과(와) 다릅니다",
        f"array '{name}' has length {size}, but '{first}' has {known}",
    )


def excess(task: str, arrays: Sequence[Shape]) -> Mapping[str, str | int] | None:
    """What there is too much of, as the detail of a refusal `dataset_too_large`, or None.

    Right answers of a classifier are only counted, so their number has no limit of its own.
    """
    found = {each.name: each for each in arrays}
    if task == "detection" and found["boxes"].shape[0] > MAX_TRUTHS:
        return {
            "what_ko": "물체",
            "what_en": "objects",
            "count": found["boxes"].shape[0],
            "limit": MAX_TRUTHS,
        }
    examples = inputs_of(task, arrays)[0].shape[0]
    if task not in ("classification", "binary") and examples > MAX_EXAMPLES:
        return {"what_ko": "예제", "what_en": "examples", "count": examples, "limit": MAX_EXAMPLES}
    return None
