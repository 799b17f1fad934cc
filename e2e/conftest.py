"""A real browser, a real server, a real device agent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from e2e.desk import Desk
from e2e.play import Play
from server.tests.conftest import *  # noqa: F403  (the same clock, people and settings)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")  # not the session: its driver holds a loop, and other tests start their own
def browser() -> Iterator[Browser]:
    path = os.environ.get("BROWSER_PATH") or next((p for n in BROWSERS if (p := shutil.which(n))), None)
    if path is None:
        pytest.fail(
            "No browser for the browser tests: install Chromium (Debian: apt-get install chromium) or set BROWSER_PATH.",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(autouse=True)
def own_address(settings: Any, live_server: Any) -> None:
    """Mails go to the development inbox, and their links lead to this server."""
    settings.EMAIL_BACKEND = "didimdol.notices.inbox.OutboxBackend"
    settings.SITE_URL = live_server.url


#: a page that answers with one of these is what the test asked for
MEANT = re.compile(r"Failed to load resource: the server responded with a status of (403|404|409|410|422)")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture
def new_page(
    browser: Browser, live_server: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """``new_page(person, language="ko", phone=False)``: a page of somebody's own browser, signed in by the sign-in form."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        meant = MEANT.match(message.text) and "/static/" not in message.location["url"]
        if message.type in ("error", "warning") and not meant:
            faults.append(f"{message.location['url']}: {message.text}")

    def make(person: Any = None, *, language: str = "ko", phone: bool = False, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale="ko-KR" if language == "ko" else "en-GB",
            timezone_id="Asia/Seoul",
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 900},
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(f"script error on {page.url}: {error}"))
        page.on("console", heard)
        if person is not None:
            page.goto("/account/login/")
            page.locator("input[name=login]").fill(person.email)
            page.locator("input[name=password]").fill("stepping-stone-7")
            page.locator("main form button[type=submit], main form button:not([type])").first.click()
            page.wait_for_url("**/home/")
        return page

    yield make
    for number, context in enumerate(contexts):
        if request.node.stash.get(FAILED, False):
            for page in context.pages:
                shot = tmp_path / f"failed-{number}.png"
                page.screenshot(path=shot, full_page=True)
                print(f"{page.url} looked like {shot}")
        context.close()
    assert not faults, "the browser's console is not silent:\n" + "\n".join(faults)


@pytest.fixture
def play(new_page: Callable[..., Page], tmp_path: Path, agent: Callable[[str], Any]) -> Play:
    desks: dict[Any, Desk] = {}

    def desk(who: Any, **more: Any) -> Desk:
        """Of a person, signed in; or, for a word, of somebody who is not."""
        if who not in desks:
            desks[who] = Desk(new_page(None if isinstance(who, str) else who, **more))
        return desks[who]

    return Play(desk, tmp_path, agent)


@pytest.fixture
def agent(live_server: Any, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """``agent(token)``: a device agent of its own process, ended with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(token: str) -> subprocess.Popen[bytes]:
        secret = tmp_path / f"token-{len(running)}"
        secret.write_text(token)
        with (tmp_path / f"agent-{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "didimdol_lab", "agent", "--server", live_server.url),
                    *("--token-file", str(secret), "--work-dir", str(tmp_path / "agent")),
                    *("--label", "runtime:onnxruntime-cpu", "--label", f"arch:{os.uname().machine}"),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        running.append(process)
        return process

    yield start
    for process in running:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
