"""`didimdol-decide draw`: seal a pool, commit, reveal, run, replace, verify."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from didimdol_decide.commands.common import WrongUse, read_json, read_keys
from didimdol_decide.commands.shapes import as_text, read_shape, valid, write_json
from didimdol_decide.commands.signing import read_signing_key, write_private
from didimdol_decide.drawing import (
    CannotTell,
    Commitment,
    DrawInputs,
    NoWay,
    Pool,
    Recusal,
    Reveal,
    check,
    explain,
    new_reveal,
    recompute_draw,
    seal_draw,
)
from didimdol_decide.drawing.opening import OpenDraw
from didimdol_decide.drawing.telling import tell_explanation, tell_panels, tell_report
from didimdol_decide.progress import phase
from didimdol_decide.sealing import public_hex

HELP = "평가단을 추첨 / draw panels that anyone can replay"


def add_arguments(command: argparse.ArgumentParser) -> None:
    steps = command.add_subparsers(dest="step", required=True)

    def step(name: str, words: str, file: str) -> argparse.ArgumentParser:
        one = steps.add_parser(name, help=words, description=words)
        one.add_argument("file", metavar=file)
        # Welcome after the step too, without undoing what stands before it.
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        one.add_argument("--lang", choices=("ko", "en"), default=argparse.SUPPRESS)
        return one

    seal = step("seal", "명부를 봉인 / seal the pool", "POOL.json")
    seal.add_argument("--body", action="append", required=True, help="기관(둘 이상) / a body, two or more")
    seal.add_argument("--out", required=True, metavar="DRAW.json")
    commit = step("commit", "비밀을 약속 / commit to a secret", "DRAW.json")
    commit.add_argument("--body", required=True)
    how = commit.add_mutually_exclusive_group(required=True)
    how.add_argument("--secret-file", metavar="SECRET.json", help="새로 만드는 비밀 파일 / the secret, made")
    how.add_argument("--commitment", metavar="SHA256", help="다른 곳에서 한 약속 / made elsewhere")
    commit.add_argument("--secret", help="스스로 고른 비밀(주사위 등) / a secret of your own (dice)")
    reveal = step("reveal", "비밀을 공개 / reveal the secret", "DRAW.json")
    reveal.add_argument("--secret-file", required=True, metavar="SECRET.json")
    run_ = step("run", "추첨하고 봉인 / draw, and seal the record", "DRAW.json")
    replace = step("replace", "회피한 위원을 같은 추첨으로 대체 / replace members who left", "RECORD.json")
    replace.add_argument("--panel", required=True)
    replace.add_argument("--person", action="append", required=True)
    replace.add_argument("--reason", required=True)
    replace.add_argument("--everywhere", action="store_true", help="다른 평가단에도 못 감 / gone altogether")
    for sealing in (run_, replace):
        sealing.add_argument(
            "--key", required=True, metavar="KEY.pem", help="없으면 만듦 / made where missing"
        )
        sealing.add_argument("--key-id", help="기본은 공개 열쇠의 앞 16자리 / default: public key, 16 digits")
        sealing.add_argument("--out", required=True, metavar="RECORD.json")
    verify = step("verify", "기록을 다시 추첨하여 검증 / replay a record", "RECORD.json")
    verify.add_argument("--keys", metavar="KEYS.json", help="공개 열쇠 파일 / published keys")


def run(arguments: argparse.Namespace) -> int:
    steps: dict[str, Callable[[argparse.Namespace], int]] = {
        "seal": _seal,
        "commit": _commit,
        "reveal": _reveal,
        "run": _run,
        "replace": _replace,
        "verify": verify_draw,
    }
    return steps[arguments.step](arguments)


def _seal(arguments: argparse.Namespace) -> int:
    pool = read_shape(arguments.file, Pool, "draw-pool").in_order()
    try:
        check(pool)
    except (NoWay, CannotTell) as problem:
        return _infeasible(arguments, pool, problem)
    draw = valid(arguments.file, lambda: OpenDraw.of(pool.salted(), tuple(arguments.body)))
    write_json(arguments.out, draw.as_json(), new=True)
    _say(arguments, draw.pool_digest, ("명부를 봉인했습니다", "The pool is sealed"))
    return 0


def _commit(arguments: argparse.Namespace) -> int:
    draw = read_shape(arguments.file, OpenDraw)
    if arguments.commitment is not None:
        given = {"body": arguments.body, "commitment": arguments.commitment}
        made = valid(arguments.file, lambda: draw.with_commitment(Commitment.model_validate(given)))
    else:
        reveal = valid(arguments.file, lambda: new_reveal(arguments.body, arguments.secret))
        commitment = reveal.commitment(draw.pool_digest)
        made = valid(arguments.file, lambda: draw.with_commitment(commitment))
        # The secret first: a commitment whose secret is lost stops the draw.
        write_private(arguments.secret_file, as_text(reveal.as_json()).encode())
    write_json(arguments.file, made.as_json())
    _say(arguments, made.commitments[-1].commitment, ("약속", "Commitment"))
    return 0


def _reveal(arguments: argparse.Namespace) -> int:
    draw = read_shape(arguments.file, OpenDraw)
    reveal = read_shape(arguments.secret_file, Reveal)
    made = valid(arguments.file, lambda: draw.with_reveal(reveal))
    write_json(arguments.file, made.as_json())
    _say(arguments, reveal.body, ("공개했습니다", "Revealed"))
    return 0


def _run(arguments: argparse.Namespace) -> int:
    draw = read_shape(arguments.file, OpenDraw)
    return _sealed(arguments, valid(arguments.file, draw.inputs))


def _replace(arguments: argparse.Namespace) -> int:
    record = _record(arguments.file)
    if not recompute_draw(record).ok:
        raise WrongUse(
            f"기록이 진본이 아닙니다: {arguments.file}. draw verify로 무엇이 다른지 보십시오.",
            f"{arguments.file} is not genuine; see what differs with draw verify",
        )
    payload = record["payload"]
    if not isinstance(payload, dict) or "inputs" not in payload:
        raise WrongUse(
            f"전체 기록이 아니라 명부가 없습니다: {arguments.file}. draw run이 만든 파일을 주십시오.",
            f"{arguments.file} is not the full record and has no pool; give the file that draw run made",
        )
    inputs = DrawInputs.model_validate(payload["inputs"])
    recusal = valid(
        arguments.file,
        lambda: Recusal(
            panel=arguments.panel,
            people=tuple(arguments.person),
            reason=arguments.reason,
            everywhere=arguments.everywhere,
        ),
    )
    return _sealed(arguments, inputs.model_copy(update={"recusals": (*inputs.recusals, recusal)}))


def verify_draw(arguments: argparse.Namespace) -> int:
    """Replay a record; `recompute` sends records of a draw here."""
    record = _record(arguments.file)
    keys = None if arguments.keys is None else read_keys(arguments.keys)
    report = recompute_draw(record, keys=keys)
    if getattr(arguments, "out", None) is not None:  # of `recompute`
        write_json(arguments.out, report.as_json())
    if arguments.json:
        print(as_text(report.as_json()))
    else:
        print(tell_report(record, report, arguments.lang))
    return 0 if report.ok else 1


def _sealed(arguments: argparse.Namespace, inputs: DrawInputs) -> int:
    key = read_signing_key(arguments.key)
    phase("추첨 중", "drawing")
    try:
        record = valid(
            arguments.file, lambda: seal_draw(inputs, key, arguments.key_id or public_hex(key)[:16])
        )
    except (NoWay, CannotTell) as problem:
        return _infeasible(arguments, inputs.pool, problem)
    write_json(arguments.out, record, new=True)
    print(as_text(record) if arguments.json else tell_panels(record, arguments.lang))
    return 0


def _infeasible(arguments: argparse.Namespace, pool: Pool, problem: NoWay | CannotTell) -> int:
    explanation = explain(pool, problem)
    print(as_text(explanation.as_json()) if arguments.json else tell_explanation(explanation, arguments.lang))
    return 1


def _record(path: str) -> dict[str, object]:
    found = read_json(path)
    if not isinstance(found, dict) or not str(found.get("format")).startswith("didimdol.draw/"):
        raise WrongUse(
            f"추첨 기록이 아닙니다: {path}. draw run이 만든 파일을 주십시오.",
            f"{path} is no record of a draw; give a file that draw run made",
        )
    return found


def _say(arguments: argparse.Namespace, value: str, words: tuple[str, str]) -> None:
    print(as_text({"result": value}) if arguments.json else f"{words[arguments.lang == 'en']}: {value}")
