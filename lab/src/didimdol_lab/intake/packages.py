"""Take a generative model, a folder or an archive of several files, into a private folder."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import Literal

from ..contract.generation import Generator, listing_digest
from ..refusals import Refused, refuse
from . import archives, genai_config
from .custody import _copy
from .genai_config import GenaiConfig

MAX_FILES = 64
IR = ("openvino_model.xml", "openvino_model.bin")
MAX_XML_BYTES = 100_000_000
_BESIDE = (".data", ".onnx_data", ".bin", ".weight", ".weights")
"""Endings of files that hold an ONNX model's tensors."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,119}")


@dataclass(frozen=True)
class Package:
    """A private copy. `files`: as the sandbox sees them. `digests`: of the files as handed in, which with their names
    make `sha256`. `model`: the part that holds the graph. `config` None: an OpenVINO IR needs none."""

    runtime: Generator
    model: str
    files: Mapping[str, Path]
    digests: dict[str, str]
    sha256: str
    size_bytes: int
    container: Literal["none", "zip", "tar"]
    config: GenaiConfig | None


def _is_wanted(name: str) -> bool:
    """Whether a file of this name belongs to a model that runs here; tokenizers, texts and other formats do not."""
    if name.startswith("."):
        return False
    return name == genai_config.NAME or name in IR or name.endswith((".onnx", *_BESIDE))


def _require_plain(names: list[str]) -> None:
    for name in names:
        if not _PLAIN.fullmatch(name):
            raise refuse("package_name", name=name)
    if len(names) > MAX_FILES:
        raise refuse("package_files", found=f"{len(names)} > {MAX_FILES}")
    if double := {name for name in names if names.count(name) > 1}:
        raise refuse("package_files", found=", ".join(sorted(double)[:3]) + " x2")


def _nothing_here(names: list[str]) -> Refused:
    if any(name.lower().endswith(".gguf") for name in names):
        return refuse("gguf")
    return refuse("package_files", found=", ".join(sorted(names)[:10]) or "-")


def _take_folder(source: Path, private: Path, max_bytes: int) -> None:
    try:
        names = sorted(entry.name for entry in os.scandir(source))
    except OSError as problem:
        raise refuse("not_found", file=source.name, error=problem.strerror) from None
    wanted = [name for name in names if _is_wanted(name)]
    if not wanted:
        raise _nothing_here(names)
    _require_plain(wanted)
    if (size := sum((source / name).lstat().st_size for name in wanted)) > max_bytes:
        raise refuse("too_large", size=size, limit=max_bytes)
    left = max_bytes
    for name in wanted:
        _, size = _copy(source / name, private / name, left)
        left -= size


def _of_one_folder(paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """The wanted files, which must stand side by side. Raises Refused."""
    wanted = [
        path
        for path in paths
        if _is_wanted(path.name) and not any(part.startswith((".", "__MACOSX")) for part in path.parts[:-1])
    ]
    if not wanted:
        raise _nothing_here([str(path) for path in paths])
    if len(folders := {path.parent for path in wanted}) > 1:
        raise refuse("package_files", found=", ".join(sorted(map(str, folders))[:5]))
    _require_plain([path.name for path in wanted])
    return wanted


def _take_archive(source: Path, kind: Literal["zip", "tar"], private: Path, max_bytes: int) -> None:
    left = max_bytes
    with archives.opened(source, kind) as entries:
        wanted = set(_of_one_folder([entry.path for entry in entries]))
        for entry in entries:
            if entry.path in wanted:
                with open(private / entry.path.name, "xb") as writer:
                    left -= entry.copy(writer, left)


def _sorted_out(private: Path) -> tuple[Generator, str, GenaiConfig | None, list[str]]:
    """Which runtime the files are for, the part with the graph, its configuration, and the files that belong to it."""
    names = sorted(path.name for path in private.iterdir())
    if (genai_config.NAME in names) == (IR[0] in names) or (IR[0] in names and IR[1] not in names):
        raise refuse("package_files", found=", ".join(names[:10]) or "-")
    if IR[0] in names:
        if (private / IR[0]).stat().st_size > MAX_XML_BYTES:
            raise refuse("too_large", limit=MAX_XML_BYTES, file=IR[0])
        return Generator.openvino, IR[0], None, list(IR)
    config = genai_config.read(private / genai_config.NAME, names)
    model = config.model.decoder.filename
    kept = [name for name in names if not name.endswith(".onnx") or name == model]
    return Generator.onnxruntime_genai, model, config, kept


@contextlib.contextmanager
def hold_package(path: str | os.PathLike[str], *, max_bytes: int, threads: int) -> Iterator[Package]:
    """A private copy of the package in `path`, gone on leaving. Raises Refused.

    Only the files of the model are copied: a tokenizer is not needed, because prompts are token ids.
    """
    with tempfile.TemporaryDirectory(prefix="didimdol-lab-") as folder:
        private = Path(folder) / "model"
        private.mkdir(mode=0o755)
        source = Path(path)
        container: Literal["none", "zip", "tar"] = "none"
        if source.is_dir() and not source.is_symlink():
            _take_folder(source, private, max_bytes)
        else:
            handed = Path(folder) / "handed-in"
            _copy(source, handed, max_bytes)
            container = archives.kind(handed)
            if container == "none":
                raise _nothing_here([source.name])
            _take_archive(handed, container, private, max_bytes)
            handed.unlink()
        runtime, model, config, kept = _sorted_out(private)
        digests = {}
        for name in kept:
            with open(private / name, "rb") as reader:
                digests[name] = file_digest(reader, "sha256").hexdigest()
        size = sum((private / name).stat().st_size for name in kept)
        if config is not None:
            (private / genai_config.NAME).write_bytes(config.written(threads))
        for name in kept:
            (private / name).chmod(0o444)
        yield Package(
            runtime=runtime,
            model=model,
            files={name: private / name for name in kept},
            digests=digests,
            sha256=listing_digest(digests),
            size_bytes=size,
            container=container,
            config=config,
        )
