"""The `didimdol-lab` command. Exit codes: 0 ok, 1 refused or failed, 2 wrong use, 3 inconclusive."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .commands import RUN, generate, planning
from .commands.common import WRONG_USE, Speaker, WrongUse

_SEND = (
    "AI Hub 계획의 모델을 Qualcomm으로 보냄: 주인이 동의했을 때만 / "
    "send models of AI Hub plans to Qualcomm: only where their owners agreed"
)


def _parser() -> argparse.ArgumentParser:
    korean = "ko" if not os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("en") else "en"
    parser = argparse.ArgumentParser(
        prog="didimdol-lab",
        description="AI 모델을 검사하고 이 장비에서 측정합니다. "
        "Checks an AI model and measures it on this machine.",
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--lang", choices=("ko", "en"), default=korean, help="언어 / language")
    commands = parser.add_subparsers(dest="command", required=True)

    check = commands.add_parser("check", parents=[shared], help="모델 파일 검사 / check a model file")
    check.add_argument("model")
    check.add_argument("--sha256", help="신고한 해시 / the declared hash")
    check.add_argument("--input", action="append", default=[], metavar="NAME=1x576[:zeros|:16000]")
    check.add_argument("--json", action="store_true")

    measure = commands.add_parser("measure", parents=[shared], help="성능 측정 / measure a model")
    measure.add_argument("model")
    planning.add_flags(measure)
    measure.add_argument("--dataset", metavar="D.npz", help="라벨이 있는 데이터 / labelled examples")
    measure.add_argument("--criteria", metavar="CRITERIA.json", help="합격 기준 목록 / acceptance criteria")
    measure.add_argument("--json", action="store_true")
    measure.add_argument("--evidence", metavar="OUT.zip", help="서명한 증거 파일 / signed evidence to write")
    measure.add_argument(
        "--key", metavar="KEY.pem", help="서명 열쇠(없으면 만듦) / signing key, made where missing"
    )
    measure.add_argument("--send-to-qualcomm", action="store_true", help=_SEND)

    compare = commands.add_parser(
        "compare", parents=[shared], help="두 모델을 번갈아 측정 / two models, measured in turn"
    )
    compare.add_argument("old")
    compare.add_argument("new")
    compare.add_argument("--plan", metavar="PLAN.json", help="측정 계획 / measurement plan")
    compare.add_argument("--input", action="append", default=[], metavar="NAME=1x576[:zeros|:16000]")
    compare.add_argument("--dataset", metavar="D.npz", help="라벨이 있는 데이터 / labelled examples")
    compare.add_argument("--rounds", type=int, choices=range(3, 51), default=5, metavar="3-50")
    compare.add_argument("--html", metavar="FILE", help="표와 그림이 든 쪽 / a page with table and chart")
    compare.add_argument("--json", action="store_true")

    quantize = commands.add_parser(
        "quantize",
        parents=[shared],
        help="보정 데이터로 INT8 정적 양자화 / static INT8 with calibration data",
    )
    quantize.add_argument("model")
    quantize.add_argument("--calibration", required=True, metavar="D.npz", help="대표 입력 / typical inputs")
    quantize.add_argument("--out", required=True, metavar="INT8.onnx")
    quantize.add_argument("--plan", metavar="PLAN.json", help="한도와 입력 / limits and inputs")
    quantize.add_argument("--input", action="append", default=[], metavar="NAME=1x576[:zeros|:16000]")
    quantize.add_argument("--json", action="store_true")

    generate.add_flags(
        commands.add_parser("generate", parents=[shared], help="생성 모델 측정 / measure a generative model")
    )

    evidence = argparse.ArgumentParser(add_help=False)
    evidence.add_argument("evidence", metavar="EVIDENCE.zip")
    evidence.add_argument("--keys", metavar="KEYS.json", help="믿는 공개 열쇠 / public keys that you trust")
    evidence.add_argument("--model", metavar="MODEL", help="손에 있는 모델 파일 / the model file at hand")
    verify = commands.add_parser(
        "verify",
        parents=[shared, evidence],
        help="증거 파일 확인(서버 없이) / check evidence, without a server",
    )
    verify.add_argument("--json", action="store_true")

    report = commands.add_parser(
        "report",
        parents=[shared, evidence],
        help="증거를 HTML·PDF·JUnit으로 / evidence as HTML, PDF or JUnit XML",
    )
    report.add_argument("--html", metavar="FILE")
    report.add_argument("--pdf", metavar="FILE")
    report.add_argument("--junit", metavar="FILE")

    agent = commands.add_parser("agent", parents=[shared], help="장비 에이전트 / device agent")
    agent.add_argument("--server", required=True, metavar="URL")
    secret = agent.add_mutually_exclusive_group(required=True)
    secret.add_argument("--token-file", metavar="FILE")
    secret.add_argument(
        "--token", help="다른 사용자가 볼 수 있음: 파일을 권장 / visible to others: prefer a file"
    )
    agent.add_argument(
        "--key",
        metavar="KEY.pem",
        help="장비의 서명 열쇠(없으면 만듦; 기본값은 토큰 파일 옆) / "
        "the device's signing key, made where missing; beside the token file by default",
    )
    agent.add_argument("--label", action="append", default=[], metavar="KEY:VALUE")
    agent.add_argument("--once", action="store_true", help="작업 하나만 / one job only")
    agent.add_argument("--work-dir", metavar="FOLDER")
    agent.add_argument(
        "--assurance",
        choices=("measured_shared", "measured"),
        default="measured_shared",
        help="measured: 이 장비에서 다른 작업이 돌지 않을 때만 / only where nothing else runs on this device",
    )
    agent.add_argument("--send-to-qualcomm", action="store_true", help=_SEND)
    agent.add_argument("--allow-http", action="store_true", help="암호화 없는 http 허용 / allow plain http")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    arguments = _parser().parse_args(argv)
    say = Speaker(arguments.lang)
    try:
        code = RUN[arguments.command](arguments, say)
    except WrongUse as problem:
        say.problem(problem.ko, problem.en)
        return WRONG_USE
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
