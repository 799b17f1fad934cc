"""Taking a statement out, as Excel or PDF, for a reason."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse

from didimdol.funding import actions, queries, rules, statements
from didimdol.funding.forms import StatementForm
from didimdol.kernel.words import text
from didimdol.records.exporting import FileView
from didimdol.records.spreadsheet import download


class _Statement(FileView):
    form = StatementForm
    title = text("사업비 내역서", "Statement of money")
    consequence = text(
        "예산, 지급, 전표를 한 문서로 내려받습니다. 계좌번호는 끝 네 자리만 들어갑니다.",
        "Budget, payments and entries in one document. Of account numbers it holds the last four digits only.",
    )
    content: ClassVar[Any]

    def file(self, row: Any) -> HttpResponse:
        statement = type(self).content(row)
        chosen = self.request.POST.get("kind", "xlsx")
        name = statements.filename(statement, chosen)
        if chosen == "pdf":
            return _pdf(statements.as_pdf(statement), name)
        return download(statements.as_workbook(statement), name)


class OfProject(_Statement):
    action, reach, row_name, who = actions.export_statement, queries.access_money, "project", rules.may_read
    content = staticmethod(statements.of_project)

    def back(self, row: Any) -> str:
        return reverse("funding:project", args=[row.pk])


class OfChallenge(_Statement):
    action, reach, row_name = actions.export_challenge_statement, queries.access_books, "challenge"
    who = rules.may_read_challenge
    content = staticmethod(statements.of_challenge)

    def back(self, row: Any) -> str:
        return reverse("funding:challenge", args=[row.slug])


def _pdf(content: bytes, filename: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
            "Cache-Control": "private, no-store",
        },
    )
