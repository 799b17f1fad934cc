"""The `didimdol-lab` command. Exit codes: 0 ok, 1 refused or failed, 2 wrong use, 3 inconclusive."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from .advice import advice
from .contract import (
    UNTRIED,
    Criterion,
    CriterionResult,
    InputSpec,
    Measurement,
    ModelCard,
    Plan,
    Progress,
    Refusal,
    Runtime,
    Validity,
    Verdict,
    judge,
    quantile,
)
from .contract.criteria import Assurance
from .refusals import Refused, shown

if TYPE_CHECKING:
    from .comparing import Comparison
    from .evidence import Report, Signer

OK, REFUSED, WRONG_USE, INCONCLUSIVE = 0, 1, 2, 3
_SEND = (
    "AI Hub 계획의 모델을 Qualcomm으로 보냄: 주인이 동의했을 때만 / "
    "send models of AI Hub plans to Qualcomm: only where their owners agreed"
)


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


def _json_file(path: str, kind: Any) -> Any:
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


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


def _show_refusal(refusal: Refusal, say: Speaker, as_json: bool) -> int:
    if as_json:
        _print_json({"refusal": refusal.model_dump(mode="json")})
        return REFUSED
    for lang in [say.lang]:
        text = refusal.message["ko" if lang == "ko" else "en"], refusal.remedy["ko" if lang == "ko" else "en"]
        print(f"[{refusal.code}] {text[0]}\n{text[1]}", file=sys.stderr)
    for key, value in refusal.detail.items():
        print(f"  {key}: {value}", file=sys.stderr)
    return REFUSED


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


def _show_measurement(measurement: Measurement, results: list[CriterionResult], say: Speaker) -> None:
    pooled = measurement.pooled_ns()
    for name in ("p50", "p90", "p99"):
        found = quantile(pooled, name, measurement.percentile_confidence)
        low, high = ("-" if bound is None else f"{bound:.3f}" for bound in (found.lower_ms, found.upper_ms))
        say(
            f"지연 {name}: {found.value_ms:.3f} ms (신뢰 구간 {low}–{high})",
            f"Latency {name}: {found.value_ms:.3f} ms (bounds {low}-{high})",
        )
    loads = ", ".join(f"{load:.1f}" for load in measurement.load_ms)
    say(f"표본: {len(pooled)}", f"Samples: {len(pooled)}")
    say(f"불러오기: {loads} ms", f"Load: {loads} ms")
    peak = measurement.peak_memory_bytes / 1e6
    say(f"최대 메모리: {peak:.1f} MB", f"Peak memory: {peak:.1f} MB")
    if measurement.cpu_ns_per_inference:
        cpu = measurement.cpu_ns_per_inference / 1e6
        say(f"추론당 CPU 시간: {cpu:.3f} ms", f"CPU time per inference: {cpu:.3f} ms")
    else:
        say("추론당 CPU 시간: 재지 않음", "CPU time per inference: not measured")
    if measurement.accuracy is not None:
        right, total = measurement.accuracy.correct, measurement.accuracy.total
        say(
            f"정확도: {right}/{total} = {right / total:.2%}",
            f"Accuracy: {right}/{total} = {right / total:.2%}",
        )
    layers = ", ".join(measurement.sandbox_layers) or "-"
    say(f"격리: {layers}", f"Sandbox: {layers}")
    if measurement.runtime in UNTRIED:
        say(
            f"런타임 {measurement.runtime}: 시험하지 못한 어댑터",
            f"Runtime {measurement.runtime}: untested adapter",
        )
    if not measurement.interference.known:
        say("다른 작업의 방해: 알 수 없음", "Disturbance by other work: not known")
    if measurement.validity is Validity.invalid:
        why = "; ".join(measurement.invalid_reasons)
        say(f"무효: 측정이 방해를 받았습니다. {why}", f"INVALID: the run was disturbed. {why}")
    words = {Verdict.passed: "통과", Verdict.failed: "미달", Verdict.inconclusive: "판정 불가"}
    for result in results:
        key = result.criterion.key
        say(
            f"[{words[result.verdict]}] {key}: {result.reason['ko']}",
            f"[{result.verdict}] {key}: {result.reason['en']}",
        )


def _check(arguments: argparse.Namespace, say: Speaker) -> int:
    from .intake import check

    inputs = dict(parse_input(text) for text in arguments.input)
    try:
        card = check(arguments.model, declared_sha256=arguments.sha256, inputs=inputs)
    except Refused as refused:
        return _show_refusal(refused.refusal, say, arguments.json)
    if arguments.json:
        _print_json(card.model_dump(mode="json"))
    else:
        _show_card(card, say)
    return OK


def _exit_code(measurement: Measurement, results: list[CriterionResult]) -> int:
    verdicts = {result.verdict for result in results}
    if Verdict.failed in verdicts:
        return REFUSED
    if Verdict.inconclusive in verdicts or (not results and measurement.validity is Validity.invalid):
        return INCONCLUSIVE
    return OK


def _measure(arguments: argparse.Namespace, say: Speaker) -> int:
    from .intake import check
    from .measure import measure

    plan: Plan = _json_file(arguments.plan, Plan) if arguments.plan else Plan()
    if arguments.input:
        inputs = {**plan.inputs, **dict(parse_input(text) for text in arguments.input)}
        plan = plan.model_copy(update={"inputs": inputs})
    criteria: list[Criterion] = _json_file(arguments.criteria, list[Criterion]) if arguments.criteria else []
    signer = _signer(arguments, plan)
    if plan.runtime is Runtime.ai_hub and arguments.send_to_qualcomm:
        device = shown(plan.target["device"])
        say.problem(
            f"모델과 입력을 Qualcomm AI Hub로 보냅니다: {device}",
            f"The model and its inputs are sent to Qualcomm AI Hub: {device}",
        )
    try:
        card = check(arguments.model, inputs=plan.inputs, limits=plan.limits, progress=say.progress)
        measurement = measure(
            arguments.model,
            plan,
            dataset=arguments.dataset,
            progress=say.progress,
            card=card,
            send_to_qualcomm=arguments.send_to_qualcomm,
        )
    except Refused as refused:
        return _show_refusal(refused.refusal, say, arguments.json)
    results = [judge(criterion, measurement) for criterion in criteria]
    if arguments.json:
        document = {"measurement": measurement, "card": card, "results": results}
        _print_json(TypeAdapter(dict[str, Any]).dump_python(document, mode="json"))
    else:
        _show_measurement(measurement, results, say)
    if signer is not None:
        from .evidence import make

        _write(arguments.evidence, make(measurement, card, plan, criteria, signer))
        say.problem(
            f"증거 파일 {arguments.evidence} (열쇠 {signer.key_id})",
            f"Evidence {arguments.evidence} (key {signer.key_id})",
        )
    return _exit_code(measurement, results)


def _compare(arguments: argparse.Namespace, say: Speaker) -> int:
    from .comparing import compare

    if Path(arguments.old).resolve() == Path(arguments.new).resolve():
        raise WrongUse("서로 다른 두 모델을 주십시오.", "Give two different models.")
    plan: Plan = _json_file(arguments.plan, Plan) if arguments.plan else Plan()
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
        return _show_refusal(refused.refusal, say, arguments.json)
    hints = [] if found.new.card == found.old.card else advice(found.new.card)
    if arguments.json:
        _print_json(
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


def _signer(arguments: argparse.Namespace, plan: Plan) -> Signer | None:
    """The key that will sign, asked for before anything is measured; None without --evidence. Raises WrongUse."""
    if arguments.evidence is None:
        return None
    from .evidence import KeyFile, QuickPlan, own_key
    from .evidence.making import too_quick

    if too_quick(plan):
        raise WrongUse(QuickPlan.ko, QuickPlan.en)
    try:
        return own_key(Path(arguments.key) if arguments.key else _home() / "key.pem")
    except KeyFile as problem:
        raise WrongUse(problem.ko, problem.en) from None


def _home() -> Path:
    """Where the lab keeps its own key on this machine."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "didimdol-lab"


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as problem:
        raise WrongUse(
            f"{path}: 쓸 수 없습니다({problem}).", f"{path}: cannot be written ({problem})."
        ) from None


@contextmanager
def _opened(path: str) -> Iterator[BufferedReader]:
    try:
        with Path(path).open("rb") as file:
            yield file
    except OSError as problem:
        raise WrongUse(
            f"{path}: 읽을 수 없습니다({problem}).", f"{path}: cannot be read ({problem})."
        ) from None


def _verified(arguments: argparse.Namespace) -> Report:
    """The report of the evidence file that the command names. Raises WrongUse."""
    from .evidence import MOST_BYTES, KeyFile, read_known, verify

    try:
        known = read_known(Path(arguments.keys)) if arguments.keys else None
    except KeyFile as problem:
        raise WrongUse(problem.ko, problem.en) from None
    model = None
    if arguments.model:
        with _opened(arguments.model) as file:
            model = file_digest(file, "sha256").hexdigest()
    with _opened(arguments.evidence) as file:
        content = file.read(MOST_BYTES + 1)  # one more than may be: enough to be refused for its size
    return verify(content, known=known, model_sha256=model)


def _verify(arguments: argparse.Namespace, say: Speaker) -> int:
    from .evidence.words import ASSURANCES, UNTESTED, VERDICTS

    report = _verified(arguments)
    if arguments.json:
        _print_json(report.as_json())
        return OK if report.genuine else REFUSED
    for check in report.checks:
        mark = "✓" if check.ok else "✗"
        say(f"{mark} {check.message['ko']}", f"{mark} {check.message['en']}")
    if report.measurement is None:
        say("진본이 아닙니다.", "Not genuine.")
        return REFUSED
    say(f"모델 {report.measurement.model_sha256}", f"Model {report.measurement.model_sha256}")
    untested = UNTESTED if report.measurement.runtime in UNTRIED else None
    for words in (VERDICTS[report.verdict], ASSURANCES.get(report.assurance), untested):
        if words is not None:
            say(words["ko"], words["en"])
    for result in report.results:
        key, verdict = result.criterion.key, result.verdict.value
        say(f"  {key}: {verdict} · {result.reason['ko']}", f"  {key}: {verdict} · {result.reason['en']}")
    say(
        "진본입니다." if report.genuine else "진본이 아닙니다.",
        "Genuine." if report.genuine else "Not genuine.",
    )
    return OK if report.genuine else REFUSED


def _report(arguments: argparse.Namespace, say: Speaker) -> int:
    """Pages of genuine evidence only."""
    from .evidence.rendering import html, junit

    report = _verified(arguments)
    if not report.genuine:
        for check in report.checks:
            if not check.ok:
                say.problem(f"✗ {check.message['ko']}", f"✗ {check.message['en']}")
        return REFUSED
    if not arguments.html and not arguments.junit:
        raise WrongUse(
            "--html이나 --junit으로 쓸 파일을 주십시오.", "Say what to write: --html FILE or --junit FILE."
        )
    if arguments.html:
        _write(arguments.html, html(report, arguments.lang).encode())
    if arguments.junit:
        _write(arguments.junit, junit(report, arguments.lang).encode())
    return {"fail": REFUSED, "inconclusive": INCONCLUSIVE}.get(report.verdict, OK)


def _stop(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def _token(arguments: argparse.Namespace) -> str:
    if arguments.token is not None:
        return str(arguments.token).strip()
    try:
        return Path(arguments.token_file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        name = arguments.token_file
        raise WrongUse(
            f"토큰 파일을 읽을 수 없습니다: {name} ({problem})",
            f"Cannot read the token file: {name} ({problem})",
        ) from None


def _agent(arguments: argparse.Namespace, say: Speaker) -> int:
    from .agent import Agent, Client
    from .agent.client import InsecureServer

    try:
        client = Client(arguments.server, _token(arguments), allow_http=arguments.allow_http)
    except InsecureServer:
        raise WrongUse(
            "암호화하지 않은 http로는 토큰을 보내지 않습니다. https 주소를 쓰거나 --allow-http를 주십시오.",
            "The token is not sent over plain http. Use an https address, or give --allow-http.",
        ) from None
    except ValueError as problem:
        raise WrongUse(
            f"서버 주소나 토큰이 잘못되었습니다: {problem}", f"Wrong server or token: {problem}"
        ) from None
    work_dir = None
    if arguments.work_dir is not None:
        work_dir = Path(arguments.work_dir)
        try:
            work_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise WrongUse(
                f"작업 폴더를 만들 수 없습니다: {problem}", f"Cannot make the work folder: {problem}"
            ) from None
    if arguments.send_to_qualcomm:
        from .aihub.settings import settings

        try:
            settings()
        except Refused as refused:
            return _show_refusal(refused.refusal, say, as_json=False)
    try:
        agent = Agent(
            client,
            say=say,
            labels=arguments.label,
            work_dir=work_dir,
            assurance=Assurance(arguments.assurance),
            send_to_qualcomm=arguments.send_to_qualcomm,
        )
    except ValidationError:
        raise WrongUse(
            "라벨은 chip:snapdragon-8gen2처럼 키:값 꼴로 쓰십시오.",
            "Write a label as key:value, such as chip:snapdragon-8gen2.",
        ) from None
    # Raised in the main thread, where the child is being watched: its guard kills it on the way out.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    return agent.serve(once=arguments.once)


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
    check.set_defaults(run=_check)

    measure = commands.add_parser("measure", parents=[shared], help="성능 측정 / measure a model")
    measure.add_argument("model")
    measure.add_argument("--plan", metavar="PLAN.json", help="측정 계획 / measurement plan")
    measure.add_argument("--input", action="append", default=[], metavar="NAME=1x576[:zeros|:16000]")
    measure.add_argument("--dataset", metavar="D.npz", help="라벨이 있는 데이터 / labelled examples")
    measure.add_argument("--criteria", metavar="CRITERIA.json", help="합격 기준 목록 / acceptance criteria")
    measure.add_argument("--json", action="store_true")
    measure.add_argument("--evidence", metavar="OUT.zip", help="서명한 증거 파일 / signed evidence to write")
    measure.add_argument(
        "--key", metavar="KEY.pem", help="서명 열쇠(없으면 만듦) / signing key, made where missing"
    )
    measure.add_argument("--send-to-qualcomm", action="store_true", help=_SEND)
    measure.set_defaults(run=_measure)

    compare = commands.add_parser(
        "compare", parents=[shared], help="두 모델을 번갈아 측정 / two models, measured in turn"
    )
    compare.add_argument("old")
    compare.add_argument("new")
    compare.add_argument("--plan", metavar="PLAN.json", help="측정 계획 / measurement plan")
    compare.add_argument("--input", action="append", default=[], metavar="NAME=1x576[:zeros|:16000]")
    compare.add_argument("--dataset", metavar="D.npz", help="라벨이 있는 데이터 / labelled examples")
    compare.add_argument("--rounds", type=int, choices=range(3, 51), default=5, metavar="3-50")
    compare.add_argument("--json", action="store_true")
    compare.set_defaults(run=_compare)

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
    verify.set_defaults(run=_verify)

    report = commands.add_parser(
        "report", parents=[shared, evidence], help="증거를 HTML·JUnit으로 / evidence as HTML or JUnit XML"
    )
    report.add_argument("--html", metavar="FILE")
    report.add_argument("--junit", metavar="FILE")
    report.set_defaults(run=_report)

    agent = commands.add_parser("agent", parents=[shared], help="장비 에이전트 / device agent")
    agent.add_argument("--server", required=True, metavar="URL")
    secret = agent.add_mutually_exclusive_group(required=True)
    secret.add_argument("--token-file", metavar="FILE")
    secret.add_argument(
        "--token", help="다른 사용자가 볼 수 있음: 파일을 권장 / visible to others: prefer a file"
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
    agent.add_argument("--allow-http", action="store_true", help="암호화 없는 http 허용 / allow plain http")
    agent.add_argument("--send-to-qualcomm", action="store_true", help=_SEND)
    agent.set_defaults(run=_agent)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    arguments = _parser().parse_args(argv)
    say = Speaker(arguments.lang)
    try:
        code: int = arguments.run(arguments, say)
    except WrongUse as problem:
        say.problem(problem.ko, problem.en)
        return WRONG_USE
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
