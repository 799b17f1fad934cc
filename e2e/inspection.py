"""Looking at a page for what keeps people out: axe-core in both themes, on a desk and on a phone."""

from __future__ import annotations

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: what the theme alone can change
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Inspector:
    """Collects what is wrong, page by page."""

    def __init__(self) -> None:
        self.axe = Axe()
        self.found: list[str] = []
        self.seen: set[str] = set()

    def look(self, page: Page, *paths: str) -> None:
        for path in paths:
            answer = page.goto(path)
            if answer is None or answer.status != 200:
                self.found.append(f"{path}: answered {answer and answer.status}")
                continue
            self.here(page)

    def here(self, page: Page) -> None:
        """The page that stands in the browser now."""
        self.seen.add(page.url)
        page.evaluate(self.axe.axe_script)
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        for theme in ("light", "dark"):
            self._as(page, theme)
        page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light")

    def _as(self, page: Page, theme: Literal["light", "dark"]) -> None:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            where = f"{page.url} ({theme}, {size['width']} px)"
            rules = EVERYTHING if theme == "light" else COLOURS
            for wrong in page.evaluate("(rules) => axe.run(rules)", rules)["violations"]:
                nodes = "; ".join(f"{node['target']} {node['failureSummary']}" for node in wrong["nodes"][:2])
                self.found.append(f"{where}: {wrong['id']} ×{len(wrong['nodes'])}: {nodes}")
            if size is PHONE and page.evaluate(SIDEWAYS):
                self.found.append(f"{where}: the page scrolls sideways")
