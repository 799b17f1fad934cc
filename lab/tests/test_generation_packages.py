"""Packages of generative models from strangers: what is refused, and what is never even read."""

from __future__ import annotations

import copy
import io
import json
import os
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

import tiny_language_models as tiny
from didimdol_lab.contract import GenerationPlan
from didimdol_lab.generation import generate
from didimdol_lab.intake import genai_config
from didimdol_lab.intake.packages import hold_package
from didimdol_lab.refusals import Refused

PLAN = GenerationPlan(contexts=[4], new_tokens=2, repetitions=1, warmup=0)


def refusal(path: Path, **more: Any) -> Any:
    with pytest.raises(Refused) as caught:
        generate(path, PLAN, **more)
    return caught.value.refusal


def changed(path: str, value: Any) -> dict[str, Any]:
    """The exporter's configuration with one entry set; `path` as model.decoder.filename."""
    config = copy.deepcopy(tiny.genai_config())
    *parents, last = path.split(".")
    place: Any = config
    for name in parents:
        place = place.setdefault(name, {})
    place[last] = value
    return config


SESSION = "model.decoder.session_options"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{SESSION}.custom_ops_library", "evil.so"),
        (f"{SESSION}.register_custom_ops_library", "evil.so"),
        (f"{SESSION}.enable_profiling", "/tmp/profile"),
        (f"{SESSION}.ep_context_file_path", "/tmp/context"),
        (f"{SESSION}.provider_options", [{"cuda": {}}]),
        (f"{SESSION}.provider_options", [{"OpenVINO": {"cache_dir": "/tmp"}}]),
        (f"{SESSION}.session_config_entries", {"session.load_model_format": "ORT"}),
        ("model.decoder.pipeline", [{"a": {"filename": "a.onnx"}}]),
        ("model.decoder.adapter_filename", "a.onnx_adapter"),
        ("model.decoder.inputs.past_key_names", "past.%d.%n"),
        ("model.decoder.inputs.past_key_names", "past.key"),
        ("model.decoder.outputs.present_key_names", "%s%s%d"),
        ("model.decoder.inputs.input_ids", "input%n"),
        ("model.decoder.head_size", 0),
        ("model.decoder.num_hidden_layers", 10**9),
        ("model.vision", {"filename": "vision.onnx"}),
        ("model.type", "whisper"),
        ("model.type", "decoder-pipeline"),
        ("model.eos_token_id", [tiny.VOCABULARY]),
        ("model.eos_token_id", -1),
        ("model.vocab_size", 10**12),
        ("search.past_present_share_buffer", "perhaps"),
        ("engine", {"dynamic_batching": {}}),
    ],
)
def test_a_configuration_may_not(path: str, value: Any, tmp_path: Path) -> None:
    found = refusal(tiny.for_genai(tmp_path / "m", config=changed(path, value)))
    assert found.code == "genai_config"
    assert found.detail["key"].startswith(path) or path == "model.eos_token_id"
    assert found.message["ko"] != found.message["en"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"model": ' + '{"a":' * 50_000, "\x00", '{"model": NaN}', "\ufeff" + "{" * 9]
)
def test_a_configuration_that_is_none(text: str, tmp_path: Path) -> None:
    folder = tiny.for_genai(tmp_path / "m")
    (folder / "genai_config.json").write_text(text)
    assert refusal(folder).code == ("genai_config" if text else "empty")


def test_a_configuration_of_a_hundred_megabytes(tmp_path: Path) -> None:
    folder = tiny.for_genai(tmp_path / "m")
    with open(folder / "genai_config.json", "ab") as file:
        file.truncate(100_000_000)
    assert refusal(folder).code == "genai_config"


@pytest.mark.parametrize(
    "filename", ["../model.onnx", "/etc/passwd", "other.onnx", "sub/model.onnx", "genai_config.json", ""]
)
def test_a_configuration_names_files_of_its_package_only(filename: str, tmp_path: Path) -> None:
    config = changed("model.decoder.filename", filename)
    assert refusal(tiny.for_genai(tmp_path / "m", config=config)).code == "outside_package"


def test_the_runtime_gets_a_configuration_of_ours(tmp_path: Path) -> None:
    """What the stranger says about the session and the search never reaches it."""
    config = changed(SESSION, {"log_id": "theirs", "intra_op_num_threads": 999})
    config["search"] |= {"num_beams": 1000, "past_present_share_buffer": True}
    folder = tiny.for_genai(tmp_path / "m", config=config)
    with hold_package(folder, max_bytes=10**8, threads=3) as package:
        written = package.files[genai_config.NAME].read_text()
        assert "tokenizer.json" not in package.files
    assert "theirs" not in written
    ours = json.loads(written)
    assert ours["model"]["decoder"]["session_options"] == {
        "intra_op_num_threads": 3,
        "inter_op_num_threads": 1,
        "log_severity_level": 4,
        "provider_options": [],
    }
    assert ours["search"] == {"past_present_share_buffer": True, "max_length": 2048}
    assert ours["model"]["decoder"]["inputs"] == config["model"]["decoder"]["inputs"]


def with_tensor(change: Callable[[Any], None], folder: Path) -> Path:
    """A model whose first external tensor was changed."""
    tiny.for_genai(folder, beside=True)
    model = onnx.load(folder / "model.onnx", load_external_data=False)
    change(next(each for each in model.graph.initializer if each.external_data))
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    return folder


def entry(key: str, value: str) -> Callable[[Any], None]:
    def change(tensor: Any) -> None:
        for each in tensor.external_data:
            if each.key == key:
                each.value = value

    return change


def enormous(tensor: Any) -> None:
    tensor.dims[0] = 2**40


def somewhat_larger(tensor: Any) -> None:
    tensor.dims[0] = 2**20


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (entry("location", "../secret"), "outside_package"),
        (entry("location", "/etc/passwd"), "outside_package"),
        (entry("location", "sub/model.onnx.data"), "outside_package"),
        (entry("location", "./model.onnx.data"), "outside_package"),
        (entry("location", "genai_config.json"), "outside_package"),
        (entry("location", "model.onnx"), "outside_package"),
        (entry("location", ""), "outside_package"),
        (entry("offset", "999999999"), "outside_package"),
        (entry("length", "999999999"), "outside_package"),
        (entry("offset", "-1"), "outside_package"),
        (entry("length", "1e3"), "outside_package"),
        (enormous, "tensor_too_large"),
        (somewhat_larger, "tensor_too_large"),
    ],
)
def test_tensors_stand_in_the_package_only(change: Callable[[Any], None], code: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret" * 1000)
    assert refusal(with_tensor(change, tmp_path / "m")).code == code


def test_the_onnx_part_gets_the_structural_check(tmp_path: Path) -> None:
    folder = tiny.for_genai(tmp_path / "m")
    model = onnx.load(folder / "model.onnx")
    model.graph.node[0].domain = "com.evil"
    onnx.save(model, folder / "model.onnx")
    assert refusal(folder).code == "unknown_domain"
    (folder / "model.onnx").write_bytes(b"not a protobuf at all")
    assert refusal(folder).code == "not_onnx"


def with_xml(old: str, new: str, folder: Path) -> Path:
    """The tiny OpenVINO model with its document changed."""
    tiny.for_openvino(folder)
    xml = folder / "openvino_model.xml"
    text = xml.read_text()
    assert old in text
    xml.write_text(text.replace(old, new, 1))
    return folder


BOMB = '<!DOCTYPE net [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<net", BOMB + "<net", "xml_doctype"),
        ("<net", "<html><net", "not_openvino"),
        ("</net>", "", "not_openvino"),
        ('version="opset1"', 'version="extension"', "unknown_domain"),
        ('version="opset1"', 'version="/tmp/evil.so"', "unknown_domain"),
        ('offset="0"', 'offset="999999999"', "tensor_too_large"),
        ('offset="0"', 'offset="-8"', "not_openvino"),
        ('offset="0"', 'offset="' + "9" * 40 + '"', "not_openvino"),
        ('shape="64, 16"', 'shape="1000000000000, 16"', "tensor_too_large"),
        ('element_type="f32"', 'element_type="f3"', "not_openvino"),
        ("<dim>64</dim>", "<dim>1000000000000</dim>", "tensor_too_large"),
        ('names="input_ids"', 'names="a&#7;b"', "not_openvino"),
        ('names="input_ids"', 'names="a&lt;b"', "bad_name"),
        ("<layers>", "<layers>" + "<body>" * 100 + "</body>" * 100, "too_many"),
    ],
)
def test_a_hostile_ir(old: str, new: str, code: str, tmp_path: Path) -> None:
    assert refusal(with_xml(old, new, tmp_path / "m")).code == code


def test_an_ir_without_a_cache_does_not_generate(tmp_path: Path) -> None:
    found = refusal(tiny.for_openvino(tmp_path / "m", stateful=False))
    assert (found.code, found.detail["problem"]) == ("not_generative", "no state")


def linked(folder: Path, tmp_path: Path) -> None:
    (folder / "model.onnx").rename(tmp_path / "elsewhere.onnx")
    os.symlink(tmp_path / "elsewhere.onnx", folder / "model.onnx")


def hard_linked(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    os.link(tmp_path / "secret", folder / "model.onnx.data")


def a_pipe(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "model.onnx.data")


def badly_named(folder: Path, tmp_path: Path) -> None:
    (folder / "weights\x1b[31m.data").write_bytes(b"x")


def two_models(folder: Path, tmp_path: Path) -> None:
    (folder / "openvino_model.xml").write_text("<net/>")


def too_many(folder: Path, tmp_path: Path) -> None:
    for number in range(70):
        (folder / f"{number}.data").write_bytes(b"x")


def nothing_left(folder: Path, tmp_path: Path) -> None:
    (folder / "genai_config.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (linked, "not_regular_file"),
        (hard_linked, "not_regular_file"),
        (a_pipe, "not_regular_file"),
        (badly_named, "package_name"),
        (two_models, "package_files"),
        (too_many, "package_files"),
        (nothing_left, "package_files"),
    ],
)
def test_a_folder_holds_plain_files_only(
    spoil: Callable[[Path, Path], None], code: str, tmp_path: Path
) -> None:
    folder = tiny.for_genai(tmp_path / "m")
    spoil(folder, tmp_path)
    assert refusal(folder).code == code


def test_a_package_has_a_cap(tmp_path: Path) -> None:
    folder = tiny.for_genai(tmp_path / "m")
    assert refusal(folder, max_bytes=5_000).code == "too_large"
    (folder / "tokenizer.json").write_bytes(b"{}" * 10**6)  # not needed, so not counted
    assert generate(folder, PLAN, max_bytes=100_000).model_size_bytes < 100_000


def zipped(entries: list[tuple[str, bytes]], path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of a name that is there twice
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries:
                archive.writestr(name, content)
    return path


CONFIG = ("genai_config.json", json.dumps(tiny.genai_config()).encode())


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([CONFIG, ("model.onnx", b"\x08\x08"), ("model.onnx", b"\x08\x08")], "archive_invalid"),
        ([CONFIG, ("other/model.onnx", b"\x08\x08")], "package_files"),
        ([CONFIG, ("../model.onnx", b"\x08\x08")], "archive_unsafe_path"),
        ([CONFIG, ("model.onnx", b"\0" * 10**7)], "archive_bomb"),
        ([CONFIG, ("model.onnx", b"")], "not_onnx"),
        ([CONFIG], "outside_package"),
        ([("readme.txt", b"hello")], "package_files"),
    ],
)
def test_a_zip_that_is_no_package(entries: list[tuple[str, bytes]], code: str, tmp_path: Path) -> None:
    assert refusal(zipped(entries, tmp_path / "m.zip")).code == code


def test_a_tar_with_a_link(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "m.tar", "w") as bundle:
        config = tarfile.TarInfo(CONFIG[0])
        config.size = len(CONFIG[1])
        bundle.addfile(config, io.BytesIO(CONFIG[1]))
        link = tarfile.TarInfo("model.onnx")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        bundle.addfile(link)
    assert refusal(tmp_path / "m.tar").code == "archive_link"


def test_a_single_file_is_no_package(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(bytes(1000))
    found = refusal(path)
    assert (found.code, found.detail["found"]) == ("package_files", "model.onnx")


def test_gguf_is_told_the_way(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(1000))
    for given in (path, tmp_path, zipped([("a/model.gguf", b"GGUF")], tmp_path / "m.zip")):
        found = refusal(given)
        assert found.code == "gguf"
        assert "enable_save_ov_model" in found.remedy["ko"]
        assert "enable_save_ov_model" in found.remedy["en"]
