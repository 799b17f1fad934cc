"""The form and the documents of an application."""

from __future__ import annotations

from collections.abc import Iterator

from didimdol.programmes.rulebook.base import text
from didimdol.programmes.rulebook.checks.finding import Finding, repeated, unknown
from didimdol.programmes.rulebook.schema import Rulebook


def check_form(book: Rulebook) -> Iterator[Finding]:
    seen: set[str] = set()
    bodies = sorted({body.key for rule in book.stage_rules for body in rule.bodies})
    yield from repeated(("form", "sections"), book.form.sections, "신청서 항목 묶음", "section")
    for section in book.form.sections:
        for place, entry in enumerate(section.fields):
            path = ("form", "sections", section.key, "fields", str(place))
            if entry.key in seen:
                yield Finding(
                    (*path, "key"),
                    text(
                        f"신청서 항목 '{entry.key}'이(가) 두 번 나옵니다.",
                        f"The question '{entry.key}' appears twice.",
                    ),
                    text("키를 서로 다르게 적으십시오.", "Give each its own key, over all sections."),
                )
            seen.add(entry.key)
            choice = entry.type in ("choice", "multi_choice")
            if choice and len(entry.options) < 2:
                yield Finding(
                    path,
                    text("선택형 항목에 보기가 부족합니다.", "A choice needs at least two options."),
                    text("options에 보기를 둘 이상 적으십시오.", "Write two or more options."),
                )
            yield from repeated((*path, "options"), entry.options, "보기", "option")
            misplaced = [
                (bool(entry.options) and not choice, "options", "choice, multi_choice"),
                (
                    entry.max_length is not None and entry.type not in ("text", "long_text", "url"),
                    "max_length",
                    "text, long_text, url",
                ),
                (entry.must_be_true and entry.type != "boolean", "must_be_true", "boolean"),
                (
                    entry.minimum is not None and entry.type not in ("number", "money"),
                    "minimum",
                    "number, money",
                ),
                (
                    entry.maximum is not None and entry.type not in ("number", "money"),
                    "maximum",
                    "number, money",
                ),
            ]
            for wrong, name, types in misplaced:
                if wrong:
                    yield Finding(
                        (*path, name),
                        text(
                            f"{entry.type} 항목에는 {name}을(를) 둘 수 없습니다.",
                            f"A {entry.type} question has no {name}.",
                        ),
                        text(f"{name}을(를) 쓸 수 있는 형식: {types}.", f"{name} belongs to: {types}."),
                    )
            if entry.minimum is not None and entry.maximum is not None and entry.minimum > entry.maximum:
                yield Finding(
                    (*path, "minimum"),
                    text("최솟값이 최댓값보다 큽니다.", "The minimum is above the maximum."),
                    text(f"{entry.maximum} 이하로 적으십시오.", f"Write at most {entry.maximum}."),
                )
            for index, body in enumerate(entry.visible_to or ()):
                if body not in bodies:
                    yield unknown((*path, "visible_to", str(index)), body, "평가 주체", "body", bodies)


def check_documents(book: Rulebook) -> Iterator[Finding]:
    known = [entry.key for entry in book.documents]
    for question in book.eligibility.questions:
        if question.evidence is not None and question.evidence not in known:
            yield unknown(
                ("eligibility", "questions", question.key, "evidence"),
                question.evidence,
                "제출 서류",
                "document",
                known,
            )
    for entry in book.documents:
        if entry.when == "application" and entry.max_size_mb > (limit := book.notice.upload_limit_mb):
            yield Finding(
                ("documents", entry.key, "max_size_mb"),
                text(
                    f"{entry.max_size_mb}MB는 전체 첨부 한도 {limit}MB를 넘습니다.",
                    f"{entry.max_size_mb} MB is above the {limit} MB for all files together.",
                ),
                text(f"{limit} 이하로 적으십시오.", f"Write at most {limit}."),
            )
        if entry.page_limit is not None and entry.page_limit > book.notice.page_limit:
            yield Finding(
                ("documents", entry.key, "page_limit"),
                text(
                    f"{entry.page_limit}쪽은 공고의 한도 {book.notice.page_limit}쪽을 넘습니다.",
                    f"{entry.page_limit} pages is above the notice's {book.notice.page_limit}.",
                ),
                text(f"{book.notice.page_limit} 이하로 적으십시오.", f"Write at most {book.notice.page_limit}."),
            )
