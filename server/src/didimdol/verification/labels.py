"""Labels of devices and demands, as somebody typed them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol_lab.contract.plan import Label

LABEL: TypeAdapter[str] = TypeAdapter(Label)


def cleaned(labels: Sequence[str]) -> list[str]:
    """Sorted, each once. Raises BadInput where there is none, or one is malformed."""
    found = sorted({label.strip() for label in labels if label.strip()})
    example = text("예: arch:x86_64, runtime:onnxruntime-cpu", "For example: arch:x86_64, runtime:onnxruntime-cpu")
    if not found:
        missing = text("장비 표지를 하나 이상 적어 주십시오.", "Give at least one device label.")
        raise BadInput("labels_missing", missing, example, fields={"labels": missing})
    for label in found:
        try:
            LABEL.validate_python(label)
        except ValidationError as error:
            wrong = text(f"표지는 ‘이름:값’ 꼴이어야 합니다: {label}", f"A label reads “name:value”: {label}")
            raise BadInput("label_malformed", wrong, example, fields={"labels": wrong}) from error
    return found
