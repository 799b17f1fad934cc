"""What went wrong between us and the service, by a few names. The model's own failures are told by its jobs."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator


class Problem(Exception):
    """Ends the work with a code of `aihub/talking.py`."""

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = {key: str(value) for key, value in detail.items()}


_BY_STATUS = {401: "token", 403: "token", 413: "too_large", 426: "client_old", 429: "busy"}


def named(problem: Exception) -> tuple[str, dict[str, str]]:
    """Code and detail of what the client raised. It hides the cause behind its own texts, so the chain is read."""
    import requests
    from botocore.exceptions import BotoCoreError, ClientError
    from google.protobuf.message import DecodeError
    from qai_hub.client import UserError
    from qai_hub.public_rest_api import APIException

    chain = list(_chain(problem))
    detail = {"reason": f"{type(problem).__name__}: {_plain(str(problem))}"}
    for each in chain:
        if isinstance(each, Problem):
            return each.code, each.detail
    if any(isinstance(each, (MemoryError, DecodeError)) for each in chain):
        return "answer", detail
    for each in chain:
        if isinstance(each, APIException) and each.status_code is not None:
            return _by_status(each.status_code, is_api="/api/" in (each.url or "/api/")), detail
    if any(isinstance(each, requests.exceptions.RetryError) for each in chain):
        busy = any("too many 429" in str(each) for each in chain)
        return "busy" if busy else "unavailable", detail
    if any(
        isinstance(each, (requests.exceptions.RequestException, BotoCoreError, ClientError)) for each in chain
    ):
        return "unavailable", detail
    if isinstance(problem, UserError) or (isinstance(problem, ValueError) and "Failed to" in str(problem)):
        return "refused", detail
    full = isinstance(problem, OSError) and problem.errno == errno.ENOSPC
    if isinstance(problem, (ValueError, AssertionError, KeyError, OSError)) and not full:
        # What the client trips over in a message that it did not expect.
        return "answer", detail
    return "fault", detail


def _by_status(status: int, *, is_api: bool) -> str:
    """Of the service itself, or of the store that files go to: what is wrong there is never the account's token."""
    if not is_api or status >= 500:
        return "unavailable"
    if status < 300:  # a success without a protobuf message in it
        return "answer"
    return _BY_STATUS.get(status, "refused")


def _plain(text: str) -> str:
    """One line: the client draws boxes around its texts."""
    return " ".join(re.sub("[|┌┐└┘─]", " ", text).split())


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        yield problem
        problem = problem.__cause__ or problem.__context__
