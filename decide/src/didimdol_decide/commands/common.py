"""What all commands share: wrong use in both languages, and files."""

from __future__ import annotations

import json
from pathlib import Path

from didimdol_decide.plain import Text, uncollected
from didimdol_decide.progress import phase


class WrongUse(Exception):
    """The command cannot do what was asked; `text` says why."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(ko=ko, en=en)


def not_installed(package: str | None, extra: str) -> WrongUse:
    """What to say where an optional package is missing."""
    return WrongUse(
        f"이 계산에는 {package}이(가) 필요합니다: pip install 'didimdol-decide[{extra}]'",
        f"This calculation needs {package}: pip install 'didimdol-decide[{extra}]'",
    )


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Two readers could see two different values: such a file proves nothing.
        raise ValueError("a key appears twice in one object")
    return found


def read_json(path: str) -> object:
    """The JSON document in a file. Raises WrongUse."""
    phase(f"{path} 읽는 중", f"reading {path}")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise WrongUse(
            f"파일을 읽을 수 없습니다: {path} ({reason})", f"Cannot read {path}: {reason}"
        ) from error
    try:
        with uncollected():
            return json.loads(text, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise WrongUse(
            f"올바른 JSON이 아닙니다: {path} ({error})", f"{path} is not valid JSON: {error}"
        ) from error


def read_keys(path: str) -> dict[str, str]:
    """Published keys: `{"keys": [{"key_id", "public_key", ...}]}` or `{key_id: public_key}`. Raises
    WrongUse."""
    found = read_json(path)
    keys: dict[str, str] = {}
    listed = found.get("keys") if isinstance(found, dict) else None
    if isinstance(listed, list):
        for entry in listed:
            if isinstance(entry, dict):
                key_id, key = entry.get("key_id"), entry.get("public_key")
                if isinstance(key_id, str) and isinstance(key, str):
                    keys[key_id] = key
    elif isinstance(found, dict):
        keys = {name: key for name, key in found.items() if isinstance(key, str) and len(key) == 64}
    if not keys:
        raise WrongUse(f"열쇠 파일에 열쇠가 없습니다: {path}", f"There is no key in the keys file {path}")
    return keys
