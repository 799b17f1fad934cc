"""`didimdol-lab check`: would the model be accepted? and why not."""

from __future__ import annotations

import argparse

from ..advice import advice
from ..contract import ModelCard
from ..refusals import Refused, shown
from .common import OK, Speaker, parse_input, print_json, show_refusal


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    from ..intake import check

    inputs = dict(parse_input(text) for text in arguments.input)
    try:
        card = check(arguments.model, declared_sha256=arguments.sha256, inputs=inputs)
    except Refused as refused:
        return show_refusal(refused.refusal, say, arguments.json)
    if arguments.json:
        print_json(card.model_dump(mode="json"))
    else:
        _show_card(card, say)
    return OK


def _show_card(card: ModelCard, say: Speaker) -> None:
    def line(ko: str, en: str, value: object) -> None:
        say(f"{ko}: {value}", f"{en}: {value}")

    line("형식", "Format", f"{card.format} opset {card.opset}, {card.precision}")
    line("만든 도구", "Producer", shown(card.producer) or "-")
    line("크기", "Size", f"{card.size_bytes / 1e6:.3f} MB")
    line("SHA-256", "SHA-256", card.sha256)
    line("매개변수 / 노드", "Parameters / nodes", f"{card.parameters:,} / {card.nodes:,}")
    for tensor in card.inputs:
        shape = "x".join("?" if size is None else shown(str(size)) for size in tensor.shape)
        line("입력", "Input", f"{shown(tensor.name)} {tensor.dtype} [{shape}]")
    if card.trial == "inputs_needed":
        say(
            "입력을 알 수 없어 시험 실행을 하지 못했습니다. --input으로 입력을 주십시오.",
            "The trial inference could not run on guessed inputs. Give them with --input.",
        )
    else:
        say("검사를 통과했습니다.", "The model passes the check.")
    for hint in advice(card):
        say(f"참고: {hint.message['ko']}", f"Note: {hint.message['en']}")
