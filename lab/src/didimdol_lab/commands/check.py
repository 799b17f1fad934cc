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

    version = {"onnx": "ONNX opset", "openvino": "OpenVINO IR opset", "tflite": "TFLite schema"}[card.format]
    line("형식", "Format", f"{version} {card.opset}, {card.precision}")
    line("만든 도구", "Producer", shown(card.producer) or "-")
    size = f"{card.size_bytes / 1e6:.3f} MB"
    if card.files > 1:
        say(f"크기: {size}, 파일 {card.files}개", f"Size: {size} in {card.files} files")
    else:
        line("크기", "Size", size)
    line("SHA-256", "SHA-256", card.sha256)
    line("매개변수 / 노드", "Parameters / nodes", f"{card.parameters:,} / {card.nodes:,}")
    if card.macs is None:
        say(
            "추론당 곱셈-누산(MAC): 알 수 없음(열린 모양이나 셀 수 없는 연산자)",
            "Multiply-accumulates an inference: unknown (open shapes, or operators that are not counted)",
        )
    else:
        line("추론당 곱셈-누산(MAC)", "Multiply-accumulates an inference", f"{card.macs:,}")
    for ko, en, tensors in (("입력", "Input", card.inputs), ("출력", "Output", card.outputs)):
        for tensor in tensors:
            shape = "x".join("?" if size is None else shown(str(size)) for size in tensor.shape)
            line(ko, en, f"{shown(tensor.name)} {tensor.dtype} [{shape}]")
    if card.trial == "inputs_needed":
        say(
            "입력을 알 수 없어 시험 실행을 하지 못했습니다. --input으로 입력을 주십시오.",
            "The trial inference could not run on guessed inputs. Give them with --input.",
        )
    else:
        say("검사를 통과했습니다.", "The model passes the check.")
    for hint in advice(card):
        say(f"참고: {hint.message['ko']}", f"Note: {hint.message['en']}")
