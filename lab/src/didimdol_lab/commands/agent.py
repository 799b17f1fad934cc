"""`didimdol-lab agent`: this machine as a device of a platform."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pydantic import ValidationError

from ..contract.criteria import Assurance
from ..refusals import Refused
from .common import Speaker, WrongUse, home, show_refusal

if TYPE_CHECKING:
    from ..evidence import Signer


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    from ..agent import Agent, Client
    from ..agent.client import InsecureServer

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
        from ..aihub.settings import settings

        try:
            settings()
        except Refused as refused:
            return show_refusal(refused.refusal, say, as_json=False)
    try:
        agent = Agent(
            client,
            say=say,
            labels=arguments.label,
            work_dir=work_dir,
            assurance=Assurance(arguments.assurance),
            send_to_qualcomm=arguments.send_to_qualcomm,
            signer=_device_key(arguments),
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


def _device_key(arguments: argparse.Namespace) -> Signer:
    """The device's own key, made on the first start: beside its token, as each device has one of each. Raises WrongUse."""
    from ..evidence import KeyFile, own_key

    if arguments.key:
        path = Path(arguments.key)
    elif arguments.token_file:
        path = Path(f"{arguments.token_file}.key.pem")
    else:
        path = home() / "device.key.pem"
    try:
        return own_key(path)
    except KeyFile as problem:
        raise WrongUse(
            f"{problem.ko} 다른 자리를 쓰려면 --key로 주십시오.",
            f"{problem.en} Give another place with --key.",
        ) from None


def _stop(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)
