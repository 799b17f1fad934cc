"""What all commands share: wrong use in both languages, and files."""

from __future__ import annotations

import json
from pathlib import Path

from didimdol_decide.commands.files import WrongUse, cannot_read
from didimdol_decide.plain import repeated, uncollected, wrong
from didimdol_decide.progress import phase


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
        twice = repeated(name for name, _ in pairs)[0]
        raise wrong(
            f"한 객체에 '{twice}'이(가) 두 번 있습니다; 하나를 지우십시오",
            f"a key appears twice in one object: {twice!r}; remove one",
        )
    return found


def read_json(path: str) -> object:
    """The JSON document in a file. Raises WrongUse."""
    phase(f"{path} 읽는 중", f"reading {path}")
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise cannot_read(path, error) from error
    except UnicodeDecodeError as error:
        raise WrongUse(
            f"파일을 읽을 수 없습니다: {path} (UTF-8이 아님). 'UTF-8'로 다시 저장하십시오.",
            f"Cannot read {path}: not UTF-8. Save it as UTF-8.",
        ) from error
    try:
        with uncollected():
            return json.loads(text, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as error:
        at = (error.lineno, error.colno)
        ko = f"{at[0]}번째 줄 {at[1]}번째 글자에서 읽지 못했습니다" if text.strip() else "빈 파일입니다"
        en = str(error) if text.strip() else "the file is empty"
        raise WrongUse(f"올바른 JSON이 아닙니다: {path} ({ko})", f"{path} is not valid JSON: {en}") from error
    except RecursionError as error:
        raise WrongUse(
            f"올바른 JSON이 아닙니다: {path} (너무 깊이 겹쳐 있습니다)",
            f"{path} is not valid JSON: nested too deeply",
        ) from error
    except ValueError as error:
        ko, _, en = str(error).partition(" / ")
        raise WrongUse(
            f"올바른 JSON이 아닙니다: {path} ({ko})", f"{path} is not valid JSON: {en or ko}"
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


__all__ = ["WrongUse", "not_installed", "read_json", "read_keys"]
