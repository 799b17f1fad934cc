"""`didimdol-decide schema`: the JSON Schema of a file that a command reads or writes."""

from __future__ import annotations

import argparse
import json
from importlib.resources import files

from didimdol_decide.commands.common import WrongUse
from didimdol_decide.commands.shapes import as_text
from didimdol_decide.schema import shipped

HELP = "입력과 결과의 JSON Schema / the JSON Schema of an input or a result"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", nargs="?", help="없으면 목록 / the list, if left out")


def run(arguments: argparse.Namespace) -> int:
    folder = files("didimdol_decide").joinpath("schemas")
    names = sorted(
        entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json")
    )
    if arguments.name is None:
        print(json.dumps(names) if arguments.json else "\n".join(names))
        return 0
    if arguments.name not in names:
        raise WrongUse(
            f"'{arguments.name}'이라는 스키마가 없습니다. 있는 것: {', '.join(names)}",
            f"There is no schema '{arguments.name}'. There are: {', '.join(names)}",
        )
    print(as_text(shipped(arguments.name)))
    return 0
