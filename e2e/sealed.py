"""An environment that holds only ``didimdol-decide`` and what it needs: no server, no database, no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

import didimdol_decide

#: the checker's dependencies, and theirs
NEEDED = ("pydantic", "pydantic-core", "annotated-types", "typing-extensions", "typing-inspection", "cryptography", "cffi", "pycparser")  # fmt: skip


class CheckersMachine:
    """A fresh virtual environment at ``home``; ``recompute(…)`` runs the published command in it."""

    def __init__(self, home: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
        self.python = home / "bin" / "python"
        site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
        for name in NEEDED:
            for entry in distribution(name).files or ():
                if ".." not in entry.parts and entry.suffix != ".pyc":
                    (site / entry).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(entry.locate(), site / entry)
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(didimdol_decide.__file__).parent, site / "didimdol_decide", ignore=ignore)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # -I: nothing of the surroundings, neither PYTHONPATH nor the working directory
        return subprocess.run(
            [str(self.python), "-I", *arguments], capture_output=True, text=True, env={"LANG": "C.UTF-8"}, check=False
        )

    def knows(self, module: str) -> bool:
        return self.run("-c", f"import {module}").returncode == 0

    def recompute(self, record: Path, keys: Path) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "didimdol_decide.cli", "recompute", str(record), "--keys", str(keys))
