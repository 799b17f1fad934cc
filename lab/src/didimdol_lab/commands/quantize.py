"""`didimdol-lab quantize`: a static INT8 version of a model, to be compared with it."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..refusals import Refused
from .common import OK, Speaker, WrongUse, print_json, show_refusal, write
from .planning import planned


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    from ..quantizing import quantize

    if Path(arguments.out).resolve() == Path(arguments.model).resolve():
        raise WrongUse(
            "원래 모델을 덮어쓰지 않습니다. --out에 다른 이름을 주십시오.",
            "The model itself is not overwritten. Give another name with --out.",
        )
    try:
        made = quantize(arguments.model, arguments.calibration, planned(arguments), progress=say.progress)
    except Refused as refused:
        return show_refusal(refused.refusal, say, arguments.json)
    write(arguments.out, made.content)
    before, after = made.before, made.after
    if arguments.json:
        print_json(
            {
                "out": arguments.out,
                "examples": made.examples,
                "before": before.model_dump(mode="json"),
                "after": after.model_dump(mode="json"),
            }
        )
        return OK
    size = f"{before.size_bytes / 1e6:.3f} → {after.size_bytes / 1e6:.3f} MB"
    say(
        f"예시 {made.examples}개로 보정해 INT8로 바꾸었습니다: {size}",
        f"Made INT8 with {made.examples} examples: {size}",
    )
    say(f"SHA-256: {after.sha256}", f"SHA-256: {after.sha256}")
    say(
        f"빨라졌는지, 정확도가 남았는지는 재 보아야 압니다: didimdol-lab compare {arguments.model} {arguments.out}",
        "Whether it is faster and still right is to be measured: "
        f"didimdol-lab compare {arguments.model} {arguments.out}",
    )
    return OK
