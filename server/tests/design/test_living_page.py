"""The living page in a real browser: no accessibility violation, nothing wider than the screen, no policy broken."""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, Route, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'"
SITE = "http://didimdol.test"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


def page_html(query: str) -> bytes:
    response = Client(headers={"host": "localhost"}).get(f"{reverse('design:living')}?{query}", secure=True)
    assert response.status_code == 200
    return bytes(response.content)


@pytest.fixture
def html(request: pytest.FixtureRequest, db: None, settings: object) -> dict[str, bytes]:
    # Rendered before the browser starts: its event loop and the database do not share a thread.
    settings.STORAGES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    queries = [f"lang={lang}&theme={theme}" for lang in ("ko", "en") for theme in ("light", "dark")]
    return {query: page_html(query) for query in queries}


@pytest.fixture
def browser(html: dict[str, bytes]) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("Chromium is needed for this test: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def serve(page: Page, html: bytes) -> None:
    def answer(route: Route) -> None:
        address = route.request.url.removeprefix(SITE).split("?")[0]
        if address == "/":
            route.fulfill(
                body=html, headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
            )
            return
        found = finders.find(address.removeprefix("/static/"))
        if found:
            route.fulfill(path=found, headers={"Content-Type": mimetypes.guess_type(found)[0] or "font/woff2"})
        else:
            route.fulfill(status=404)

    page.route("**/*", answer)
    page.goto(f"{SITE}/")
    page.wait_for_load_state("networkidle")


def test_the_living_page_in_a_browser(browser: Browser, html: dict[str, bytes]) -> None:
    for query, source in html.items():
        for size, (width, height) in SIZES.items():
            where = f"{query} {size}"
            page = browser.new_page(viewport={"width": width, "height": height})
            complaints: list[str] = []
            page.on("console", lambda message, into=complaints: into.append(message.text))
            page.on("pageerror", lambda error, into=complaints: into.append(str(error)))
            serve(page, source)
            assert complaints == [], where
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
            heights = page.eval_on_selector_all(".btn.primary", "all => all.map(b => b.getBoundingClientRect().height)")
            assert min(h for h in heights if h) >= 44, where
            page.close()

            free = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)  # axe is injected
            page = free.new_page()
            serve(page, source)
            found = Axe().run(page).response["violations"]
            assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == [], where
            free.close()


def test_comforts_work_and_none_is_needed(browser: Browser, html: dict[str, bytes]) -> None:
    source = html["lang=ko&theme=light"]
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    serve(page, source)
    page.click("[data-dialog=withdraw]")
    assert page.locator("#withdraw").is_visible()
    page.click("#withdraw [data-close]")
    assert not page.locator("#withdraw").is_visible()
    page.click("[role=tab] >> nth=0")
    page.keyboard.press("ArrowRight")
    assert page.locator("[role=tabpanel]:visible").count() == 1
    assert page.locator("[role=tab] >> nth=1").get_attribute("aria-selected") == "true"
    page.click("[data-theme-toggle]")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("Home")
    page.close()

    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    serve(page, source)
    assert page.locator("[data-tabs] section:visible").count() == 2
    assert page.locator("[data-theme-toggle]").is_hidden()
    assert page.locator("[data-dialog=withdraw]").get_attribute("href")
    assert page.locator(".countdown").first.inner_text() == "3일 4시간 남음"
    plain.close()
