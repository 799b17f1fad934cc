from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from aihub_hub import capped, hub, relu, servers

__all__ = ["capped", "hub", "relu", "servers"]


@pytest.fixture
def shipped(tmp_path: Path):
    """Copy a model out of an installed package without importing the package."""

    def copy(package: str, inside: str) -> Path:
        spec = find_spec(package)
        assert spec is not None, f"{package} is not installed; see requirements/"
        assert spec.origin is not None
        target = tmp_path / f"{package}.onnx"
        shutil.copyfile(Path(spec.origin).parent / inside, target)
        return target

    return copy
