"""ONNX's message classes, checker and shape inference, without the rest of the package.

`import onnx` also loads numpy, helpers and parsers of text formats: three quarters of the time that a whole
check takes. A bare stand-in for the package lets its two modules be loaded alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


def _bare(name: str) -> None:
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package


_bare("onnx")
messages: Any = importlib.import_module("onnx.onnx_ml_pb2")
_compiled: Any = importlib.import_module("onnx.onnx_cpp2py_export")
checker: Any = _compiled.checker
shape_inference: Any = _compiled.shape_inference
