"""Where the environment of `qai-hub` and the account's settings are, and how long to wait for the service."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..refusals import refuse

FOLDER = ".venv-aihub"
KEPT = (
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
)
"""Of our own environment the worker gets only how to leave the house."""


@dataclass(frozen=True)
class Settings:
    """`python`: of the separate environment. `client_ini`: with the account's token, read by the worker alone.
    `seconds`: for everything, queueing included; `poll_seconds`: between two looks at a job."""

    python: Path
    client_ini: Path
    seconds: float = 3600.0
    poll_seconds: float = 10.0
    answer_bytes: int = 512_000_000
    """No answer of the service may be longer."""
    memory_bytes: int = 8_000_000_000
    """Address space of the worker."""

    def environment(self, home: Path) -> dict[str, str]:
        """The worker's whole environment; `home` is a private folder."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(home),
            "LANG": "C.UTF-8",
            "OPENBLAS_NUM_THREADS": "1",
            "QAIHUB_CLIENT_INI": str(self.client_ini),
            **{name: os.environ[name] for name in KEPT if name in os.environ},
        }


def settings(environ: Mapping[str, str] | None = None) -> Settings:
    """From DIDIMDOL_AIHUB_PYTHON, QAIHUB_CLIENT_INI, DIDIMDOL_AIHUB_SECONDS and DIDIMDOL_AIHUB_POLL_SECONDS.

    Raises Refused: aihub_missing, aihub_config.
    """
    given = os.environ if environ is None else environ
    found = python(given)
    if not os.access(found, os.X_OK):
        raise refuse("aihub_missing", python=found)
    ini = given.get("QAIHUB_CLIENT_INI")
    client_ini = Path(ini) if ini else Path.home() / ".qai_hub" / "client.ini"
    if not os.access(client_ini, os.R_OK):
        raise refuse("aihub_config", file=client_ini, reason="cannot be read")
    return Settings(
        python=found,
        client_ini=client_ini.absolute(),
        seconds=_positive(given, "DIDIMDOL_AIHUB_SECONDS", 3600.0),
        poll_seconds=_positive(given, "DIDIMDOL_AIHUB_POLL_SECONDS", 10.0),
    )


def python(environ: Mapping[str, str] | None = None) -> Path:
    """The Python of the separate environment, there or not.

    Beside the environment that we run in, never in the current folder: what runs there gets the token.
    """
    named = (os.environ if environ is None else environ).get("DIDIMDOL_AIHUB_PYTHON")
    return (Path(named) if named else Path(sys.prefix).parent / FOLDER / "bin" / "python").absolute()


def installed(environ: Mapping[str, str] | None = None) -> bool:
    """Whether there is an environment to run the worker in."""
    return os.access(python(environ), os.X_OK)


def _positive(given: Mapping[str, str], name: str, otherwise: float) -> float:
    text = given.get(name)
    if text is None:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86_400:
        raise refuse("aihub_config", file=name, reason=f"'{text}' is not a number of seconds from 0 to 86400")
    return value
