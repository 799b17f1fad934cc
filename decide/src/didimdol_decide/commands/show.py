"""`didimdol-decide show`: the public part of a full record, or one party's own."""

from __future__ import annotations

import argparse

from didimdol_decide import drawing, record
from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.commands.shapes import as_text, valid, write_json

HELP = "전체 기록에서 공개본이나 본인본을 냄 / the public or an own part of a full record"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="RECORD.json")
    command.add_argument(
        "--own", metavar="ID", help="이 신청(사람)의 본인본 / this application's or person's own part"
    )
    command.add_argument("--out", metavar="PART.json", help="결과를 파일로 / write the part")


def run(arguments: argparse.Namespace) -> int:
    full = read_json(arguments.file)
    form = str(full.get("format")) if isinstance(full, dict) else ""
    if not isinstance(full, dict) or not form.startswith(("didimdol.selection/", "didimdol.draw/")):
        raise WrongUse(
            f"선정이나 추첨의 기록이 아닙니다: {arguments.file}",
            f"{arguments.file} is no record of a selection or a draw",
        )
    is_draw = form.startswith("didimdol.draw/")
    report = drawing.recompute_draw(full) if is_draw else record.recompute(full)
    if not report.ok:
        raise WrongUse(
            f"기록이 진본이 아닙니다: {arguments.file}. recompute로 무엇이 다른지 보십시오.",
            f"{arguments.file} is not genuine; see what differs with recompute",
        )
    part = valid(arguments.file, lambda: _part(full, arguments.own, is_draw))
    if arguments.out is not None:
        write_json(arguments.out, part, new=True)
    if arguments.json or arguments.out is None:
        print(as_text(part))
    return 0


def _part(full: dict[str, object], own: str | None, is_draw: bool) -> dict[str, object]:
    if own is None:
        return drawing.public_view(full) if is_draw else record.public_view(full)
    try:
        return drawing.own_view(full, own) if is_draw else record.own_view(full, own)
    except KeyError as error:
        raise ValueError(f"기록에 '{own}'이(가) 없습니다 / there is no {own!r} in the record") from error
