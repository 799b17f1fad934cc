"""`didimdol-lab compare`: two versions of a model, measured in turn."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..advice import advice_on
from ..contract import Runtime
from ..refusals import Refused
from .common import INCONCLUSIVE, OK, Speaker, WrongUse, print_json, show_refusal, write
from .planning import planned

if TYPE_CHECKING:
    from ..comparing import Comparison


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    from ..comparing import compare
    from ..comparison_page import paper
    from ..evidence.rendering import page

    if Path(arguments.old).resolve() == Path(arguments.new).resolve():
        raise WrongUse("서로 다른 두 모델을 주십시오.", "Give two different models.")
    plan = planned(arguments)
    if plan.runtime is Runtime.qnn_simulator:
        raise WrongUse(
            "모의 실행기의 시간은 칩의 시간이 아니므로 비교하지 않습니다. 다른 runtime을 계획에 적으십시오.",
            "A simulator's times are not those of the chip, so they are not compared. Plan another runtime.",
        )
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
    hints = [] if found.new.card == found.old.card else advice_on(found.new.rounds[-1], found.new.card)
    if arguments.html:
        write(arguments.html, page(paper(found, hints, arguments.lang)).encode())
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
    from ..comparison_page import told
    from ..evidence.names import runtime_name

    runtime = runtime_name(found.new.rounds[0].runtime)
    say(f"런타임: {runtime['ko']}", f"Runtime: {runtime['en']}")
    say(f"{'':20} {'앞':>12} {'뒤':>12}", f"{'':28} {'old':>12} {'new':>12}")
    for each in found.figures():
        values = f"{each.old:>12.3f} {each.new:>12.3f}"
        ko, en = (f"{each.name[lang]} ({each.unit})" for lang in ("ko", "en"))
        say(f"{ko:16} {values}", f"{en:28} {values}")
    for number in range(len(found.old.rounds)):
        mark = "" if number in found.calm else say.word("  (방해받음)", "  (disturbed)")
        p50 = f"{found.old.p50_ms(number):>12.3f} {found.new.p50_ms(number):>12.3f}"
        say(f"p50 {number + 1}회(ms)        {p50}{mark}", f"{f'p50 round {number + 1} (ms)':28} {p50}{mark}")
    for ko, en, ratio in (
        ("지연 시간", "Latency", found.latency),
        ("추론당 CPU", "CPU per inference", found.cpu),
    ):
        say(f"{ko} 뒤/앞 {told(ratio, 'ko')}", f"{en} new/old {told(ratio, 'en')}")
