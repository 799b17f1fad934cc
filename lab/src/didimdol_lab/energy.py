"""Energy from a hardware counter, where the machine has one: Intel's RAPL through powercap. Never an estimate."""

from __future__ import annotations

from pathlib import Path

POWERCAP = Path("/sys/class/powercap")


class Counter:
    """The packages' energy counters. They count everything that the packages do, not our process alone.

    Readable by root only on most systems (the counters leak secrets of other programs), so mostly absent.
    """

    def __init__(self, root: Path = POWERCAP) -> None:
        self._packages: list[tuple[Path, int]] = []
        for folder in sorted(root.glob("intel-rapl:*")):
            if folder.name.count(":") != 1:  # sub-zones (core, dram) are parts of a package
                continue
            try:
                most = int((folder / "max_energy_range_uj").read_text())
                int((folder / "energy_uj").read_text())
            except (OSError, ValueError):
                continue  # not ours to read: then there is no counter
            self._packages.append((folder / "energy_uj", most))

    @property
    def present(self) -> bool:
        return bool(self._packages)

    def read(self) -> list[int]:
        """Microjoules of each package since some moment; they wrap around. Raises OSError."""
        return [int(path.read_text()) for path, _ in self._packages]

    def between(self, before: list[int], after: list[int]) -> int:
        """Microjoules used between two readings less than one wrap apart."""
        ranges = [most for _, most in self._packages]
        return sum(
            end - start if end >= start else end + most - start
            for start, end, most in zip(before, after, ranges, strict=True)
        )
