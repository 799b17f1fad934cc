"""A person's own browser, used as a person uses it: by the words on the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Download, Locator, Page, expect

MARKS = r"(\s+(필수|선택|required|optional))?\s*"


class Desk:
    """What somebody does at their screen. Every wait is for something on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, path: str) -> Desk:
        self.page.goto(path)
        return self

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """The form field with this label."""
        named = (within or self.page.locator("main")).get_by_label(re.compile(rf"^\s*{re.escape(label)}{MARKS}$"))
        return named.and_(self.page.locator("input, select, textarea"))  # a section may have the same name

    def write(self, answers: dict[str, str], within: Locator | None = None) -> Desk:
        for label, value in answers.items():
            self.field(label, within).fill(value)
        return self

    def choose(self, label: str, option: str, within: Locator | None = None) -> Desk:
        self.field(label, within).select_option(label=option)
        return self

    def tick(self, label: str, within: Locator | None = None) -> Desk:
        self.field(label, within).check()
        return self

    def attach(self, label: str, path: Path, within: Locator | None = None) -> Desk:
        self.field(label, within).set_input_files(path)
        return self

    def press(self, name: str, within: Locator | None = None) -> Desk:
        (within or self.page.locator("main")).get_by_role("button", name=name, exact=True).click()
        return self

    def follow(self, name: str, within: Locator | None = None) -> Desk:
        (within or self.page.locator("main")).get_by_role("link", name=name, exact=True).first.click()
        return self

    def sees(self, *words: str | re.Pattern[str]) -> Desk:
        for word in words:
            expect(self.page.locator("main").get_by_text(word).first).to_be_visible()
        return self

    def sees_heading(self, name: str) -> Desk:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(name)
        return self

    def sees_nothing_of(self, *words: str) -> Desk:
        for word in words:
            expect(self.page.locator("main").get_by_text(word)).to_have_count(0)
        return self

    def sees_no_link(self, name: str) -> Desk:
        expect(self.page.locator("main").get_by_role("link", name=name, exact=True)).to_have_count(0)
        return self

    def is_told(self, message: str) -> Desk:
        """The green line after something was done."""
        expect(self.page.locator(".alerts .alert")).to_contain_text(message)
        return self

    def part(self, heading: str) -> Locator:
        """The section of the page with this heading."""
        return self.page.get_by_role("region", name=heading)

    def download(self, name: str, to: Path, within: Locator | None = None) -> Path:
        with self.page.expect_download() as waiting:
            self.follow(name, within)
        got: Download = waiting.value
        target = to / got.suggested_filename
        got.save_as(target)
        return target

    def download_by(self, button: str, to: Path) -> Path:
        """Of a form that answers with a file."""
        with self.page.expect_download() as waiting:
            self.press(button)
        target = to / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def status_of(self, path: str) -> int:
        """What the server answers to an address that somebody types in."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    @property
    def path(self) -> str:
        return re.sub(r"^https?://[^/]+", "", self.page.url)


def evidence(desk: Desk, within: Locator | None = None) -> dict[str, str]:
    """Criterion → verdict, as the evidence table of the page says."""
    found: dict[str, str] = {}
    table: Any = (within or desk.page.locator("main")).locator("table.evidence").first
    expect(table).to_be_visible()
    for row in table.locator("tbody tr").all():
        name = row.locator("th").inner_text().splitlines()[0].strip()
        found[name] = row.locator("td.says .badge").inner_text().strip()
    return found
