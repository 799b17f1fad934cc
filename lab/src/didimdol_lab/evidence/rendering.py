"""Verified evidence for people (one HTML file without anything from outside) and for a build server (JUnit XML)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

from ..contract import Verdict
from .paper import Block, Facts, Language, Note, Paper, Picture, Points, Table
from .telling import paper
from .verifying import Report

__all__ = ["Language", "html", "junit", "page"]


def html(report: Report, lang: Language) -> str:
    """The page of a report whose evidence could be read."""
    return page(paper(report, lang))


def page(made: Paper) -> str:
    """Any paper as one HTML file: readable on a phone, printable, dark where the reader likes it dark."""
    style = files(__package__).joinpath("paper.css").read_text(encoding="utf-8")
    body = "".join(
        f"<section><h2>{escape(section.title)}</h2>{''.join(_block(block) for block in section.blocks)}</section>"
        for section in made.sections
    )
    return (
        f"<!doctype html><html lang={made.lang}><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{escape(made.title)}</title><style>{style}</style></head><body><main><h1>{escape(made.title)}</h1>"
        f"{''.join(_note(note) for note in made.head)}{body}</main></body></html>\n"
    )


def _note(note: Note, tag: str = "p") -> str:
    words = f"<strong>{escape(note.text)}</strong>" if note.strong else escape(note.text)
    return f"<{tag} class='{note.tone}'>{words}</{tag}>" if note.tone else f"<{tag}>{words}</{tag}>"


def _block(block: Block) -> str:
    match block:
        case Note():
            return _note(block)
        case Points():
            return f"<ul>{''.join(_note(item, 'li') for item in block.items)}</ul>"
        case Picture():
            return f"<figure>{block.svg}<figcaption>{escape(block.label)}</figcaption></figure>"
        case Facts():
            kind = " class=code" if block.code else ""
            rows = "".join(
                f"<div><dt>{escape(name)}</dt><dd{kind}>{escape(value)}</dd></div>"
                for name, value in block.rows
            )
            return f"<dl>{rows}</dl>"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    def kind(column: int) -> str:
        return " class=n" if column in table.numbers else ""

    heads = "".join(
        f"<th scope=col{kind(place)}>{escape(head)}</th>" for place, head in enumerate(table.heads)
    )
    rows = "".join(_row(row, number, table) for number, row in enumerate(table.rows))
    return f"<div class=wide tabindex=0><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"


def _row(row: Sequence[str], number: int, table: Table) -> str:
    cells = []
    for place, cell in enumerate(row):
        kinds = ["n"] if place in table.numbers else []
        if place == 1 and number < len(table.tones) and table.tones[number]:
            kinds.append(table.tones[number])
        attribute = f" class='{' '.join(kinds)}'" if kinds else ""
        cells.append(
            f"<th scope=row>{escape(cell)}</th>" if place == 0 else f"<td{attribute}>{escape(cell)}</td>"
        )
    return f"<tr>{''.join(cells)}</tr>"


def junit(report: Report, lang: Language) -> str:
    """One test case a criterion, and one for the file itself."""
    cases = []
    wrong = [check.message[lang] for check in report.checks if not check.ok]
    cases.append(("evidence", "failure" if wrong else "", "\n".join(wrong)))
    kinds = {Verdict.failed: "failure", Verdict.inconclusive: "error", Verdict.passed: ""}
    cases += [(r.criterion.key, kinds[r.verdict], r.reason[lang]) for r in report.results]
    failures, errors = (sum(kind == each for _, kind, _ in cases) for each in ("failure", "error"))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             f'<testsuite name="didimdol-lab" tests="{len(cases)}" failures="{failures}" errors="{errors}">']  # fmt: skip
    for name, kind, words in cases:
        inner = f"<{kind} message={quoteattr(words[:200])}>{xml_escape(words)}</{kind}>" if kind else ""
        lines.append(f'  <testcase classname="didimdol-lab" name={quoteattr(name)}>{inner}</testcase>')
    return "\n".join([*lines, "</testsuite>", ""])
