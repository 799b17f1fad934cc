"""`didimdol-lab compare`: two versions of a model, measured in turn."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..advice import advice
from ..contract import Plan
from ..refusals import Refused
from .common import INCONCLUSIVE, OK, Speaker, WrongUse, json_file, parse_input, print_json, show_refusal

if TYPE_CHECKING:
    from ..comparing import Comparison


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    from ..comparing import compare

    if Path(arguments.old).resolve() == Path(arguments.new).resolve():
        raise WrongUse("서로 다른 두 모델을 주십시오.", "Give two different models.")
    plan: Plan = json_file(arguments.plan, Plan) if arguments.plan else Plan()
    if arguments.input:
        inputs = {**plan.inputs, **dict(parse_input(text) for text in arguments.input)}
        plan = plan.model_copy(update={"inputs": inputs})
    try:
        found = compare(
            arguments.old,
            arguments.new,
            plan,
            rounds=arguments.rounds,
            dataset=arguments.dataset,
            progress=say.progress,
        )
    except Refused as refused:
        return show_refusal(refused.refusal, say, arguments.json)
    hints = [] if found.new.card == found.old.card else advice(found.new.card)
    if arguments.json:
        print_json(
            {**found.as_json(), "advice": [{"code": hint.code, "message": hint.message} for hint in hints]}
        )
    else:
        _show_comparison(found, say)
        for hint in hints:
            say(f"참고: {hint.message['ko']}", f"Note: {hint.message['en']}")
    return OK if found.latency is not None else INCONCLUSIVE


def _show_comparison(found: Comparison, say: Speaker) -> None:
    old, new = found.old, found.new
    rows = [
        ("크기(MB)", "Size (MB)", old.card.size_bytes / 1e6, new.card.size_bytes / 1e6),
        ("최대 메모리(MB)", "Peak memory (MB)", old.peak_memory_mb, new.peak_memory_mb),
        ("정확도", "Accuracy", old.accuracy, new.accuracy),
    ]
    say(f"{'':16} {'앞':>12} {'뒤':>12}", f"{'':18} {'old':>12} {'new':>12}")
    for ko, en, before, after in rows:
        if before is not None and after is not None:
            say(f"{ko:14} {before:>12.3f} {after:>12.3f}", f"{en:18} {before:>12.3f} {after:>12.3f}")
    for number in range(len(old.rounds)):
        mark = "" if number in found.calm else say.word("  (방해받음)", "  (disturbed)")
        p50 = f"{old.p50_ms(number):>12.3f} {new.p50_ms(number):>12.3f}"
        say(f"p50 {number + 1}회(ms)     {p50}{mark}", f"p50 round {number + 1} (ms)   {p50}{mark}")
    words = {
        "faster": ("빠릅니다", "faster"),
        "slower": ("느립니다", "slower"),
        "alike": ("차이가 보이지 않습니다", "no difference shown"),
    }
    for ko, en, ratio in (
        ("지연 시간", "Latency", found.latency),
        ("추론당 CPU", "CPU per inference", found.cpu),
    ):
        if ratio is None:
            say(f"{ko}: 방해받지 않은 회차가 모자랍니다.", f"{en}: too few undisturbed rounds.")
            continue
        interval = f"{ratio.value:.3f} ({ratio.lower:.3f}–{ratio.upper:.3f})"
        word = words[ratio.verdict]
        say(f"{ko} 뒤/앞 {interval}: {word[0]}", f"{en} new/old {interval}: {word[1]}")
