"""Hostile files of the three formats: refused with their own code, or contained by a limit; none tells a secret."""

from __future__ import annotations

import contextlib
import io
import json
import stat
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openvino
import pytest

import hostile_ir as ir
import hostile_models as h
import hostile_tflite as t
from didimdol_lab import cli
from didimdol_lab.contract import Limits
from didimdol_lab.intake import IntakeLimits, check
from didimdol_lab.refusals import Refused

CANARY = b"canary-5f1d7e0c9a-not-for-you-...."
MARGIN = 20.0
"""Seconds beyond its limits within which a check must be over, on however slow a machine."""
Build = Callable[[Path], Path]


def zipped(path: Path, entries: dict[str, bytes], link: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = ((stat.S_IFLNK if name == link else stat.S_IFREG) | 0o644) << 16
            archive.writestr(entry, content)
    return path


def tarred(path: Path, entries: dict[str, bytes], link: tuple[str, bytes, str]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        entry = tarfile.TarInfo(link[0])
        entry.type, entry.linkname = link[1], link[2]
        archive.addfile(entry)
    return path


def bare(content: bytes | Callable[[], Any], name: str = "model") -> Build:
    def build(folder: Path) -> Path:
        made = content() if callable(content) else content
        return h.save(made, folder / name)

    return build


def pair(xml: bytes, weights: bytes = ir.BIN) -> Build:
    return lambda folder: zipped(folder / "m.zip", {"m/m.xml": xml, "m/m.bin": weights})


def beside(model: Any, **files: bytes) -> Build:
    """An archive of an ONNX and files next to it."""
    entries = {name.replace("_", "."): content for name, content in files.items()}
    return lambda folder: zipped(folder / "m.zip", {"m.onnx": model.SerializeToString(), **entries})


def external(location: str = "w.bin", dims: list[int] | None = None, **keys: str) -> Any:
    tensor = h.external(location, dims=dims)
    for key, value in keys.items():
        tensor.external_data.add(key=key, value=value)
    return h.one([h.helper.make_node("Mul", ["x", "w"], ["y"])], [tensor])


def linked(kind: bytes) -> Build:
    """A tar whose w.bin is a link to the canary."""
    return lambda folder: tarred(
        folder / "m.tar", {"m.onnx": external().SerializeToString()}, ("w.bin", kind, str(folder / "secret"))
    )


def outside_link(make: Callable[[Path, Path], None]) -> Build:
    """A bare ONNX with a link to the canary next to it, as its external data."""

    def build(folder: Path) -> Path:
        make(folder / "w.bin", folder / "secret")
        return h.save(external(), folder / "m.onnx")

    return build


def converted(onnx_model: Callable[[], Any]) -> Build:
    """The IR that OpenVINO itself makes of a hostile ONNX."""

    def build(folder: Path) -> Path:
        source = h.save(onnx_model(), folder / "source.onnx")
        openvino.save_model(openvino.convert_model(source), folder / "m.xml", compress_to_fp16=False)
        entries = {name: (folder / name).read_bytes() for name in ("m.xml", "m.bin")}
        return zipped(folder / "m.zip", entries)

    return build


def fields(**changes: Any) -> Callable[[Any], None]:
    """Set fields of the first tensor of a TFLite."""

    def change(model: Any) -> None:
        for name, value in changes.items():
            setattr(model.subgraphs[0].tensors[0], name, value)

    return change


def far_buffer(model: Any) -> None:
    model.buffers[1].data = None
    model.buffers[1].offset, model.buffers[1].size = 1 << 40, 48


def short_weights(model: Any) -> None:
    model.buffers[1].data = model.buffers[1].data[:40]


TABLE: dict[str, tuple[Build, str]] = {
    # ONNX whose data lie elsewhere
    "onnx: bare, data behind a symbolic link": (
        outside_link(lambda link, secret: link.symlink_to(secret)),
        "external_data",
    ),
    "onnx: bare, data behind a hard link": (
        outside_link(lambda link, secret: link.hardlink_to(secret)),
        "external_data",
    ),
    "onnx: archive, hard link as data": (linked(tarfile.LNKTYPE), "archive_link"),
    "onnx: archive, symbolic link as data": (linked(tarfile.SYMTYPE), "archive_link"),
    "onnx: archive, zip link as data": (
        lambda folder: zipped(
            folder / "m.zip", {"m.onnx": external().SerializeToString(), "w.bin": b"secret"}, "w.bin"
        ),
        "archive_link",
    ),
    "onnx: archive, data above it": (beside(external("../secret"), w_bin=b"1234"), "external_data"),
    "onnx: archive, data at an absolute path": (
        beside(external("/proc/self/environ"), w_bin=b"1234"),
        "external_data",
    ),
    "onnx: archive, data in a folder": (beside(external("a/w.bin"), w_bin=b"1234"), "external_data"),
    "onnx: archive, data not in it": (beside(external("secret"), w_bin=b"1234"), "external_missing"),
    "onnx: archive, its own name for our data": (
        beside(external("model.data"), w_bin=b"1"),
        "external_missing",
    ),
    "onnx: archive, data end too early": (beside(external(offset="1"), w_bin=b"1234"), "tensor_too_large"),
    "onnx: archive, another length": (beside(external(length="8"), w_bin=b"1" * 8), "tensor_too_large"),
    "onnx: archive, negative offset": (beside(external(offset="-4"), w_bin=b"1234"), "external_data"),
    "onnx: archive, 2**40 numbers in 64 bytes": (
        beside(external(dims=[2**40]), w_bin=b"1" * 64),
        "tensor_too_large",
    ),
    "onnx: archive, unknown key": (beside(external(base="/"), w_bin=b"1234"), "external_data"),
    "onnx: archive, sparse data": (beside(h.external_sparse(), secret=b"1234"), "external_data"),
    "onnx: archive, constant's data": (beside(h.external_constant(), secret=b"1234"), "external_data"),
    # ONNX that runs away
    "onnx: endless loop": (bare(h.endless_loop), "time_limit"),
    "onnx: memory bomb": (bare(h.memory_bomb), "memory_limit"),
    "onnx: raw data of another size": (
        bare(lambda: h.one([h.helper.make_node("Mul", ["x", "w"], ["y"])], [h.wrong_raw()])),
        "tensor_too_large",
    ),
    # TFLite
    "tflite: custom operator": (bare(t.identity(t.B.CUSTOM, "Steal")), "custom_operator"),
    "tflite: select TF operator": (bare(t.identity(t.B.CUSTOM, "FlexReadFile")), "custom_operator"),
    "tflite: operator of tomorrow": (bare(t.identity(9999)), "custom_operator"),
    "tflite: StableHLO custom call": (bare(t.identity(t.B.STABLEHLO_CUSTOM_CALL)), "custom_operator"),
    "tflite: compiled delegate": (bare(t.identity(t.B.DELEGATE)), "ep_context"),
    "tflite: subgraph runs itself": (bare(t.runs_itself), "recursive_function"),
    "tflite: IF without its options": (bare(t.without_options), "not_tflite"),
    "tflite: nine levels of IF": (bare(t.nested_if(9)), "too_deep"),
    "tflite: 50,001 operators": (bare(lambda: t.chain(50_001)), "too_many_nodes"),
    "tflite: giant tensor": (bare(t.changed(fields(shape=[2**20, 2**20]))), "tensor_too_large"),
    "tflite: negative dimension": (bare(t.changed(fields(shape=[-5, 4]))), "tensor_too_large"),
    "tflite: weights shorter than their shape": (bare(t.changed(short_weights)), "tensor_too_large"),
    "tflite: buffer beyond the file": (bare(t.changed(far_buffer)), "not_tflite"),
    "tflite: external buffer": (bare(t.changed(fields(externalBuffer=1))), "external_data"),
    "tflite: buffer number outside": (bare(t.changed(fields(buffer=77))), "not_tflite"),
    "tflite: unknown type": (bare(t.changed(fields(type=99))), "not_tflite"),
    "tflite: markup in a name": (bare(t.changed(fields(name="<img src=x onerror=alert(1)>"))), "bad_name"),
    "tflite: escape in a name": (bare(t.changed(fields(name="x\x1b[31m"))), "bad_name"),
    "tflite: another version": (bare(t.changed(lambda m: setattr(m, "version", 9))), "not_tflite"),
    "tflite: root beyond the file": (bare(t.outside(0, 0x7FFFFFF0)), "not_tflite"),
    "tflite: fields beyond the file": (
        bare(t.outside(int.from_bytes(t.pack(t.good())[:4], "little"), 1 << 30)),
        "not_tflite",
    ),
    "tflite: cut off": (bare(t.pack(t.good())[:200]), "not_tflite"),
    "tflite: lists that overlap": (bare(t.many_readings), "too_many"),
    "tflite: endless loop": (bare(t.endless_while), "time_limit"),
    # LiteRT reserves everything on loading, and says nothing when it may not.
    "tflite: memory bomb": (bare(t.memory_bomb), "compile_failed"),
    # OpenVINO IR
    "ir: without its .bin": (bare(ir.good(), "m.xml"), "ir_incomplete"),
    "ir: archive without the .bin": (
        lambda folder: zipped(folder / "m.zip", {"m.xml": ir.good()}),
        "ir_incomplete",
    ),
    "ir: entity bomb": (pair(ir.entity_bomb()), "xml_doctype"),
    "ir: external entity": (
        lambda folder: pair(ir.external_entity(str(folder / "secret")))(folder),
        "xml_doctype",
    ),
    "ir: weights beyond the .bin": (
        pair(ir.net(ir.parameter(), ir.constant(offset="4"), ir.multiply(), ir.result())),
        "tensor_too_large",
    ),
    "ir: weights of another size": (
        pair(ir.net(ir.parameter(), ir.constant(size="12"), ir.multiply(), ir.result())),
        "tensor_too_large",
    ),
    "ir: negative offset": (
        pair(ir.net(ir.parameter(), ir.constant(offset="-4"), ir.multiply(), ir.result())),
        "not_openvino",
    ),
    "ir: unknown type of weights": (
        pair(ir.net(ir.parameter(), ir.constant(kind="f8"), ir.multiply(), ir.result())),
        "not_openvino",
    ),
    "ir: 10**12 numbers": (
        pair(ir.net(ir.parameter(), ir.constant(), ir.multiply(made="1000000,1000000"), ir.result())),
        "tensor_too_large",
    ),
    "ir: extension": (
        pair(ir.net(ir.parameter(), ir.constant(), ir.multiply("Steal", "extension"), ir.result())),
        "unknown_domain",
    ),
    "ir: opset of tomorrow": (
        pair(ir.net(ir.parameter(), ir.constant(version="opset99"), ir.multiply(), ir.result())),
        "unknown_domain",
    ),
    "ir: nine levels of If": (pair(ir.nested_if(9)), "too_deep"),
    "ir: 50,001 layers": (pair(ir.chain(50_001)), "too_many_nodes"),
    "ir: deep XML": (pair(ir.deep_xml(10_000)), "too_many"),
    "ir: markup in a name": (
        pair(ir.net(ir.parameter(name="&lt;b&gt;"), ir.constant(), ir.multiply(), ir.result())),
        "bad_name",
    ),
    "ir: edge from nowhere": (
        pair(
            ir.net(
                ir.parameter(),
                ir.constant(),
                edges='<edge from-layer="7" from-port="0" to-layer="1" to-port="0"/>',
            )
        ),
        "not_openvino",
    ),
    "ir: another version": (
        pair(ir.net(ir.parameter(), ir.constant(), ir.multiply(), ir.result(), version="7")),
        "not_openvino",
    ),
    "ir: cut off": (pair(ir.good()[:300]), "not_openvino"),
    "ir: endless loop": (converted(h.endless_loop), "time_limit"),
    "ir: memory bomb": (converted(h.running_sum_bomb), "memory_limit"),
}


@pytest.mark.parametrize("name", TABLE)
def test_hostile_file_is_refused_or_contained(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build, code = TABLE[name]
    (tmp_path / "secret").write_bytes(CANARY)
    path = build(tmp_path)
    contained = code in ("time_limit", "memory_limit")
    limits = Limits(seconds=4 if code == "time_limit" else 60, memory_mb=600 if contained else 2000)
    start = time.monotonic()
    with pytest.raises(Refused) as caught:
        check(path, limits=IntakeLimits(sandbox=limits))
    # The packing, the look and the trial have their limit each.
    assert time.monotonic() - start < 3 * limits.seconds + MARGIN
    refusal = caught.value.refusal
    assert refusal.code == code, refusal
    told = json.dumps(refusal.model_dump(mode="json"), ensure_ascii=False)
    assert "canary" not in told
    assert str(tmp_path.parent) not in told
    for text in (*refusal.message.values(), *refusal.remedy.values(), *refusal.detail.values()):
        assert text.isprintable()
        assert "<img" not in text
        assert "<b>" not in text
    if not contained:  # the command says the same, and no more
        with contextlib.suppress(SystemExit):
            assert cli.main(["check", str(path), "--lang", "en"]) == 1
        printed = capsys.readouterr()
        assert f"[{code}]" in printed.err
        assert "canary" not in printed.out + printed.err
        assert "Traceback" not in printed.err
