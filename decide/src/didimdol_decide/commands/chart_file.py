"""A picture beside the result: `--chart FILE.svg|FILE.html`."""

from __future__ import annotations

import argparse
from pathlib import Path

from didimdol_decide.commands.common import WrongUse
from didimdol_decide.commands.files import written
from didimdol_decide.svg import page

KINDS = (".svg", ".html")


def add_chart(command: argparse.ArgumentParser, help: str) -> None:
    command.add_argument("--chart", metavar="FILE.svg|FILE.html", help=help)


def check_chart(path: str | None) -> None:
    """Before anything is computed. Raises WrongUse."""
    if path and Path(path).suffix.lower() not in KINDS:
        raise WrongUse(
            f"그림 파일은 .svg나 .html이어야 합니다: {path}",
            f"The chart's file must end in .svg or .html: {path}",
        )


def write_chart(path: str, svg: str, title: str, language: str) -> None:
    """Raises WrongUse."""
    text = page(svg, title, language) if Path(path).suffix.lower() == ".html" else svg
    with written(path) as file:
        file.write(text)
