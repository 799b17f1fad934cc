"""What all commands share: exit codes, both languages, files, and JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from io import BufferedReader
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..contract import CriterionResult, InputSpec, Progress, Refusal, Verdict
from ..refusals import shown

OK, REFUSED, WRONG_USE, INCONCLUSIVE = 0, 1, 2, 3


class WrongUse(Exception):
    """The command line or a file it names is wrong; both texts are shown to the user."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.ko, self.en = ko, en


class Speaker:
    """Prints in the chosen language; progress goes to standard error and only to a terminal."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, ko: str, en: str) -> None:
        print(ko if self.lang == "ko" else en, flush=True)

    def problem(self, ko: str, en: str) -> None:
        print(ko if self.lang == "ko" else en, file=sys.stderr, flush=True)

    def word(self, ko: str, en: str) -> str:
        return ko if self.lang == "ko" else en

    def progress(self, progress: Progress) -> None:
        if sys.stderr.isatty():
            names = {
                "fetching": "받는 중",
                "checking": "검사 중",
                "loading": "불러오는 중",
                "warming": "예열 중",
                "measuring": "측정 중",
                "sustaining": "쉬지 않고 실행하는 중",
                "comparing": "기준 출력과 비교 중",
                "accuracy": "정확도 확인 중",
                "calibrating": "보정 데이터로 범위를 재는 중",
                "done": "완료",
            }
            name = names[progress.phase] if self.lang == "ko" else progress.phase.value
            end = "\n" if progress.phase == "done" else ""
            print(f"\r\x1b[K{name} {progress.done}/{progress.total}", end=end, file=sys.stderr, flush=True)


def parse_input(text: str) -> tuple[str, InputSpec]:
    """`name=1x576`, `name=2x1x128:zeros`, `sr=:16000` -> name and InputSpec. Raises WrongUse."""
    name, sign, rest = text.rpartition("=")
    shape_text, _, fill = rest.partition(":")
    try:
        if not sign or not name:
            raise ValueError(text)
        shape = [int(size) for size in shape_text.split("x")] if shape_text else []
        value: Any = fill if fill in ("random", "zeros") else Decimal(fill) if fill else "random"
        return name, InputSpec(shape=shape, fill=value)
    except (ValueError, InvalidOperation):
        raise WrongUse(
            f"--input {shown(text)}: 이름=1x576, 이름=1x576:zeros, 이름=:16000 꼴로 쓰십시오.",
            f"--input {shown(text)}: write name=1x576, name=1x576:zeros or name=:16000.",
        ) from None


def json_file(path: str, kind: Any) -> Any:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise WrongUse(
            f"{path}: 읽을 수 없습니다({problem}).", f"{path}: cannot be read ({problem})."
        ) from None
    try:
        return TypeAdapter(kind).validate_json(text)
    except ValidationError as problem:
        lines = "\n".join(
            f"  {'.'.join(map(str, each['loc'])) or '-'}: {each['msg']}" for each in problem.errors()[:10]
        )
        raise WrongUse(f"{path}: 형식이 맞지 않습니다.\n{lines}", f"{path}: not valid.\n{lines}") from None


def print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


def show_refusal(refusal: Refusal, say: Speaker, as_json: bool) -> int:
    if as_json:
        print_json({"refusal": refusal.model_dump(mode="json")})
        return REFUSED
    for lang in [say.lang]:
        text = refusal.message["ko" if lang == "ko" else "en"], refusal.remedy["ko" if lang == "ko" else "en"]
        print(f"[{refusal.code}] {text[0]}\n{text[1]}", file=sys.stderr)
    for key, value in refusal.detail.items():
        print(f"  {key}: {value}", file=sys.stderr)
    return REFUSED


def show_results(results: Sequence[CriterionResult], say: Speaker) -> None:
    """A line a criterion: its verdict and the reason."""
    words = {Verdict.passed: "통과", Verdict.failed: "미달", Verdict.inconclusive: "판정 불가"}
    for result in results:
        key = result.criterion.key
        say(
            f"[{words[result.verdict]}] {key}: {result.reason['ko']}",
            f"[{result.verdict}] {key}: {result.reason['en']}",
        )


def write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as problem:
        raise WrongUse(
            f"{path}: 쓸 수 없습니다({problem}).", f"{path}: cannot be written ({problem})."
        ) from None


@contextmanager
def opened(path: str) -> Iterator[BufferedReader]:
    try:
        with Path(path).open("rb") as file:
            yield file
    except OSError as problem:
        raise WrongUse(
            f"{path}: 읽을 수 없습니다({problem}).", f"{path}: cannot be read ({problem})."
        ) from None


def home() -> Path:
    """Where the lab keeps its own keys on this machine."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "didimdol-lab"
