"""What this machine is: recorded with every measurement."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .contract.plan import Runtime

_PACKAGES = (
    "didimdol-lab",
    "onnxruntime",
    "onnx",
    "numpy",
    "pyseccomp",
    "openvino",
    "ai-edge-litert",
    "onnxruntime-qnn",
    "onnxruntime-genai",
    "mlcommons-loadgen",
)


def _cpu_field(*names: str) -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in names:
            return value.strip()
    return ""


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip().split("\n")[0]
    except OSError:
        return ""


def versions() -> dict[str, str]:
    """Installed versions of what takes part in a measurement, and of Python."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def describe() -> dict[str, str]:
    """Flat facts: CPU, cores, memory, system, kernel, governor, versions. Empty ones left out."""
    try:
        system = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        system = platform.system()
    facts = {
        "cpu": _cpu_field("model name", "Model", "Hardware") or platform.processor(),
        "cpu_count": str(os.cpu_count() or ""),
        "machine": platform.machine(),
        "memory_mb": str(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000),
        "os": system,
        "kernel": platform.release(),
        "governor": _first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "load_average_1min": f"{os.getloadavg()[0]:.2f}",
        **versions(),
    }
    return {key: value[:500] for key, value in facts.items() if value}


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def runtimes() -> list[Runtime]:
    """The runtimes that this machine has: their package, and for OpenVINO the device with its driver.

    Not Qualcomm AI Hub: that is somebody else's machine, and takes the owner's consent.
    """
    found: list[Runtime] = []
    if _installed("onnxruntime"):
        found.append(Runtime.onnxruntime_cpu)
    if _installed("openvino"):
        found += _openvino_devices()
    if _installed("ai-edge-litert"):
        found.append(Runtime.litert_cpu)
    if _installed("onnxruntime-qnn"):
        # The package for x86 holds the simulator, the one for ARM drives the NPU.
        found.append(Runtime.qnn_simulator if platform.machine() in ("x86_64", "AMD64") else Runtime.qnn)
    return found


def _openvino_devices() -> list[Runtime]:
    import openvino

    units = {name.split(".")[0].lower() for name in openvino.Core().available_devices}
    return [each for each in Runtime if each.value.startswith("openvino-") and each.value[9:] in units]


def labels() -> list[str]:
    """The labels this machine can claim by itself: runtimes, architecture, operating system."""
    return [
        *(f"runtime:{each.value}" for each in runtimes()),
        f"arch:{platform.machine().lower()}",
        f"os:{platform.system().lower()}",
    ]
