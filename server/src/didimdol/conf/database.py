"""Which PostgreSQL: ``DATABASE_URL`` where it is set, else the embedded one that ``make run`` starts."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from didimdol.conf import embedded

#: commands that change the schema work as the owner; everything else as the application's role
OWNER_COMMANDS = {"migrate", "restore", "makemigrations", "flush", "sqlflush", "test"}


def kept_secret(path: Path) -> str:
    """A secret made once and kept in a file that only the owner reads."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def configuration(var: Path) -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL") or embedded.url(var)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {"application_name": "didimdol"}
    if "sslmode" in query:
        options["sslmode"] = query["sslmode"]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "didimdol",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or query.get("port", "")),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "TEST": {"NAME": os.environ.get("DIDIMDOL_TEST_DATABASE", "test_didimdol")},
    }


def works_as_owner() -> bool:
    """Does this process change the schema? The test suite makes and empties its own database."""
    return (len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS) or "pytest" in sys.modules
