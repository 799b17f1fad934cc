"""The Python the child runs on, and the folders it must be able to read."""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_NEEDED = (
    "numpy",
    "onnx",
    "onnxruntime",
    "google.protobuf",
    "ml_dtypes",
    "openvino",
    "ai_edge_litert",
    "onnxruntime_qnn",
    "onnxruntime_genai",
    "mlperf_loadgen",
)


@dataclass(frozen=True)
class Interpreter:
    """`command` starts Python without site packages' start-up files; `folders` are read-only needs."""

    command: tuple[str, ...]
    folders: tuple[str, ...]
    environment: dict[str, str]


def _package_roots() -> list[Path]:
    """Folders on the module path that hold the runtime packages."""
    roots: list[Path] = []
    for name in _NEEDED:
        try:
            spec = find_spec(name)
        except ModuleNotFoundError:
            continue
        if spec is None or not (spec.origin or spec.submodule_search_locations):
            continue
        first = spec.origin or next(iter(spec.submodule_search_locations or []))
        depth = name.count(".") + (2 if spec.submodule_search_locations and spec.origin else 1)
        root = Path(first)
        for _ in range(depth):
            root = root.parent
        if root not in roots:
            roots.append(root)
    return roots


@lru_cache(maxsize=1)
def interpreter() -> Interpreter:
    """Describe the running interpreter for a child: no user folder, no .pth files, nothing written."""
    base = str(getattr(sys, "_base_executable", "") or sys.executable)
    package = Path(__file__).resolve().parent.parent
    roots = _package_roots()
    paths = [str(package.parent), *(str(root) for root in roots if root != package.parent)]
    folders = {
        str(package),
        *(str(root) for root in roots),
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        str(Path(sys.base_prefix) / "lib"),
        str(Path(base).parent),
        str(Path(base).resolve().parent),
    }
    ordered = sorted((folder for folder in folders if folder and Path(folder).is_dir()), key=len)
    kept: list[str] = []
    for folder in ordered:
        if not any(folder == other or folder.startswith(other + "/") for other in kept):
            kept.append(folder)
    environment = {
        "PATH": "/usr/bin:/bin:/sbin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONPATH": ":".join(paths),
        "PYTHONHASHSEED": "0",
        # Thread counts come from the plan, not from a library's guess.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "ORT_DISABLE_TELEMETRY": "1",
    }
    return Interpreter((base, "-S", "-s", "-B", "-P"), tuple(kept), environment)
