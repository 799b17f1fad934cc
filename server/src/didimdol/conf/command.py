"""The ``didimdol`` command: Django's commands and ours, one word each."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "didimdol.conf.settings")
    from django.core.management import execute_from_command_line

    argv = list(sys.argv)
    if len(argv) > 1:
        argv[1] = argv[1].replace("-", "_")  # verify-log → verify_log
    execute_from_command_line(argv)


if __name__ == "__main__":
    main()
