"""Every hostile file is refused with its own code; good files pass."""

from __future__ import annotations

import io
import os
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hostile_models as h
from didimdol_lab.contract import InputSpec, Limits
from didimdol_lab.intake import IntakeLimits, check
from didimdol_lab.intake.custody import hold
from didimdol_lab.refusals import Refused

STRUCTURE: dict[str, tuple[Callable[[], Any], str]] = {
    "external_parent": (lambda: h.external_initializer("../secret"), "external_data"),
    "external_absolute": (lambda: h.external_initializer("/etc/passwd"), "external_data"),
    "external_environ": (lambda: h.external_initializer("/proc/self/environ"), "external_data"),
    "external_unflagged": (h.external_without_flag, "external_data"),
    "external_constant": (h.external_constant, "external_data"),
    "external_in_if": (h.external_in_if, "external_data"),
    "external_sparse": (h.external_sparse, "external_data"),
    "external_sparse_constant": (h.external_sparse_constant, "external_data"),
    "external_in_function": (h.external_in_function, "external_data"),
    "external_in_training": (h.external_in_training, "external_data"),
    "external_giant": (
        lambda: h.one([h.helper.make_node("Mul", ["x", "w"], ["y"])], [h.external("w.bin", dims=[2**40])]),
        "external_data",
    ),
    "giant": (lambda: h.giant_initializer([2**40]), "tensor_too_large"),
    "giant_without_bytes": (lambda: h.giant_initializer([2**20]), "tensor_too_large"),
    "overflow": (lambda: h.giant_initializer([2**32, 2**32]), "tensor_too_large"),
    "negative": (lambda: h.giant_initializer([-1, -5]), "tensor_too_large"),
    "nested_if_9": (lambda: h.nested_if(9), "too_deep"),
    "nested_if_20": (lambda: h.nested_if(20), "too_deep"),
    "nested_3000": (lambda: h.nested_bytes(3000), "not_onnx"),
    "too_many_nodes": (lambda: h.chain(50_001), "too_many_nodes"),
    "laughing_functions": (lambda: h.laughing_functions(9), "too_many_nodes"),
    "ep_context": (h.ep_context, "ep_context"),
    "custom_operator": (h.custom_operator, "unknown_domain"),
    "escape_in_name": (lambda: h.named("x\x1b[31m"), "bad_name"),
    "markup_in_name": (lambda: h.named("<img src=x onerror=alert(1)>"), "bad_name"),
    "long_name": (lambda: h.named("n" * 201), "bad_name"),
    "cycle": (lambda: h.one([h.helper.make_node("Add", ["x", "y"], ["y"])]), "checker"),
}


def code_of(path: Path, **options: Any) -> str:
    with pytest.raises(Refused) as caught:
        check(path, **options)
    refusal = caught.value.refusal
    for text in (*refusal.message.values(), *refusal.remedy.values(), *refusal.detail.values()):
        assert isinstance(text, str)
        assert text.isprintable()
        assert "<img" not in text
    assert refusal.message["ko"] != refusal.message["en"]
    return refusal.code


@pytest.mark.parametrize("name", STRUCTURE)
def test_hostile_structure_is_refused(name: str, tmp_path: Path) -> None:
    build, code = STRUCTURE[name]
    assert code_of(h.save(build(), tmp_path / "m.onnx")) == code


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_external_data_behind_a_link_is_refused(link: Callable[[Path, Path], None], tmp_path: Path) -> None:
    """The hard link is the one that onnx.checker, ONNX Runtime and OpenVINO all follow."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"\0" * 4)
    link(secret, tmp_path / "w.bin")
    assert code_of(h.save(h.external_initializer("w.bin"), tmp_path / "m.onnx")) == "external_data"


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_linked_model_file_is_refused(link: Callable[[Path, Path], None], tmp_path: Path) -> None:
    original = h.save(h.good(), tmp_path / "original.onnx")
    link(original, tmp_path / "m.onnx")
    assert code_of(tmp_path / "m.onnx") == "not_regular_file"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\x08\x07\x12", "not_onnx"),
        (b"\x1c\0\0\0TFL3" + b"\0" * 100, "not_tflite"),
        (b"\x80\x04\x95", "unsupported_format"),
        (b"\xff" * 64, "unsupported_format"),
        (h.good().SerializeToString()[:-9], "not_onnx"),
    ],
)
def test_broken_bytes_are_refused(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    assert code_of(path) == code


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(random.Random(3).randbytes(5000))
    assert code_of(path) in ("not_onnx", "unsupported_format")


def test_missing_and_special_files_are_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.onnx") == "not_found"
    os.mkfifo(tmp_path / "pipe")
    assert code_of(tmp_path / "pipe") == "not_regular_file"
    assert code_of(tmp_path) == "not_regular_file"


def test_size_and_hash_come_first(tmp_path: Path) -> None:
    path = h.save(h.good(), tmp_path / "m.onnx")
    assert code_of(path, limits=IntakeLimits(max_bytes=10)) == "too_large"
    assert code_of(path, declared_sha256="0" * 64) == "hash_mismatch"


def zipped(path: Path, entries: dict[str, bytes], link: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            kind = stat.S_IFLNK if name == link else stat.S_IFREG
            entry.external_attr = (kind | 0o644) << 16
            archive.writestr(entry, content)
    return path


def tarred(path: Path, entries: dict[str, bytes], link: tuple[str, bytes] | None = None) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        if link is not None:
            entry = tarfile.TarInfo(link[0])
            entry.type, entry.linkname = link[1], "m.onnx"
            archive.addfile(entry)
    return path


GOOD = h.good().SerializeToString()


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"../m.onnx": GOOD}, "archive_unsafe_path"),
        ({"/m.onnx": GOOD}, "archive_unsafe_path"),
        ({"a\\..\\..\\m.onnx": GOOD}, "archive_unsafe_path"),
        ({"readme.txt": b"x"}, "archive_model_count"),
        ({"a.onnx": GOOD, "b.onnx": GOOD}, "archive_model_count"),
        ({"m.onnx": b"\0" * 5_000_000}, "archive_bomb"),
    ],
)
def test_hostile_zip_is_refused(entries: dict[str, bytes], code: str, tmp_path: Path) -> None:
    assert code_of(zipped(tmp_path / "m.zip", entries)) == code


def test_zip_with_a_huge_directory_is_refused_unread(tmp_path: Path) -> None:
    names = {f"{number}{'n' * 200}": b"" for number in range(4500)}
    assert code_of(zipped(tmp_path / "m.zip", names)) == "archive_bomb"


def test_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    assert code_of(zipped(tmp_path / "m.zip", {"m.onnx": b"/etc/passwd"}, "m.onnx")) == "archive_link"


def test_broken_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.zip"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 50)
    assert code_of(path) == "archive_invalid"


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_tar_with_links_and_devices_is_refused(kind: bytes, tmp_path: Path) -> None:
    path = tarred(tmp_path / "m.tar", {"m.onnx": GOOD}, ("extra", kind))
    assert code_of(path) == "archive_link"


def test_tar_with_a_path_outside_is_refused(tmp_path: Path) -> None:
    assert code_of(tarred(tmp_path / "m.tar", {"../m.onnx": GOOD})) == "archive_unsafe_path"


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_clean_archive_yields_its_model(
    pack: Callable[[Path, dict[str, bytes]], Path], tmp_path: Path
) -> None:
    path = pack(tmp_path / "archive", {"folder/m.onnx": GOOD, "README": b"hello"})
    with hold(path, max_bytes=10**6) as custody:
        assert custody.files["model.onnx"].read_bytes() == GOOD
        assert custody.size_bytes == len(GOOD)
        private = custody.files["model.onnx"].parent
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert not private.exists()


def test_good_model_gets_a_card(tmp_path: Path) -> None:
    card = check(h.save(h.good(), tmp_path / "m.onnx"))
    assert (card.opset, card.nodes, card.parameters, card.precision) == (15, 1, 1, "f32")
    assert card.operators == {"Mul": 1}
    assert [(each.name, each.dtype, each.shape) for each in card.inputs] == [("x", "float", [1])]
    assert card.trial == "ran"


def test_eight_levels_of_subgraphs_are_allowed(tmp_path: Path) -> None:
    assert check(h.save(h.nested_if(8), tmp_path / "m.onnx")).trial == "ran"


def test_an_endless_loop_is_stopped_by_the_clock(tmp_path: Path) -> None:
    path = h.save(h.endless_loop(), tmp_path / "m.onnx")
    assert code_of(path, limits=Limits(seconds=4)) == "time_limit"


def test_a_memory_bomb_is_stopped_by_its_limit(tmp_path: Path) -> None:
    path = h.save(h.memory_bomb(), tmp_path / "m.onnx")
    assert code_of(path, limits=Limits(memory_mb=500, seconds=60)) == "memory_limit"


def test_given_inputs_must_fit(tmp_path: Path) -> None:
    path = h.save(h.good(), tmp_path / "m.onnx")
    assert code_of(path, inputs={"nope": InputSpec(shape=[1])}) == "unknown_input"
    assert code_of(path, inputs={"x": InputSpec(shape=[7, 7, 7])}) == "inference_failed"
