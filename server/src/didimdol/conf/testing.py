"""``make test``: a database of its own, a browser where there is none yet, and pytest on both cores."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from didimdol.conf import embedded

VAR = Path(os.environ.get("DIDIMDOL_VAR", "var")).resolve()
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """The browser of the machine: ``BROWSER_PATH``, or the first of the usual names."""
    named = os.environ.get("BROWSER_PATH")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def install_browser() -> None:
    """Chromium by apt where it is missing and we may; else the browser tests fail with one clear line."""
    if browser() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium for the browser tests (apt-get, once)", flush=True)
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    }
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False, **quiet)  # type: ignore[call-overload]


def main() -> int:
    arguments = sys.argv[1:]
    ours = None
    if not os.environ.get("DATABASE_URL"):
        ours = embedded.cluster(VAR / "testing")
        try:
            started = ours.start(durable=False)
            ours.create_database()
        except embedded.DatabaseFailed as reason:
            print(f"make test: {reason}", file=sys.stderr)
            return 1
        os.environ["DATABASE_URL"] = ours.url
        if not started:
            ours = None  # somebody else's: it is theirs to stop
    os.environ["DIDIMDOL_DEVELOPMENT"] = "1"
    try:
        if arguments == ["--migrations"]:
            return subprocess.run(
                [sys.executable, "-m", "didimdol.conf.command", "makemigrations", "--check", "--dry-run"], check=False
            ).returncode
        install_browser()
        if arguments:
            return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], check=False).returncode
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"],
            check=False,
        ).returncode
    finally:
        if ours:
            ours.stop()


if __name__ == "__main__":
    raise SystemExit(main())
