"""The ``didimdol`` command: Django's commands and ours, one word each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: needed most when nothing runs: they start the embedded PostgreSQL for as long as they work
START_IT = {"backup", "restore"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "didimdol.conf.settings")
    from django.core.management import execute_from_command_line

    argv = list(sys.argv)
    if len(argv) > 1:
        argv[1] = argv[1].replace("-", "_")  # verify-log → verify_log
    with database_running(argv[1:]):
        execute_from_command_line(argv)


@contextmanager
def database_running(words: list[str]) -> Iterator[None]:
    if os.environ.get("DATABASE_URL") or not START_IT & set(words[:1]) or "--check" in words:
        yield
        return
    from didimdol.conf import embedded

    ours = embedded.cluster(Path(os.environ.get("DIDIMDOL_VAR", "var")).resolve())
    started = ours.start()
    try:
        ours.create_database()
        yield
    finally:
        if started:
            ours.stop()


if __name__ == "__main__":
    main()
