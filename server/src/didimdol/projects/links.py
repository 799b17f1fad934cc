"""What projects puts on other rooms' pages, and what its events are called in the log."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.programmes import pages
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.projects.models import Project
from didimdol.projects.rules import OPERATES
from didimdol.records import labels


def links(actor: Actor, challenge: Challenge) -> Iterable[pages.PageLink]:
    if programme_rules.runs(actor, challenge, *OPERATES) and Project.objects.within(challenge=challenge).exists():
        url = f"{reverse('projects:list')}?challenge={challenge.slug}"
        yield pages.PageLink("manage", text("PoC 과제", "PoC projects"), url)


def register() -> None:
    pages.add_links(links)
    labels.events(
        {
            "project.opened_again": text("이미 열린 과제", "Project open already"),
            "project.matched_anew": text("다시 매칭됨", "Matched anew"),
            "project.list_exported": text("과제 목록 내려받기", "Projects exported"),
            "plan.saved": text("수정사업계획서 저장", "Plan saved"),
            "agreement.saved": text("협약서 저장", "Agreement saved"),
            "agreement.signed_by_party": text("서명", "Signed"),
            "agreement.signed_by_link": text(
                "사업부 책임자가 메일 링크로 서명", "Signed by the budget owner, by a mailed link"
            ),
            "agreement.signed_again": text("서명(이미 되어 있음)", "Signed (already so)"),
            "agreement.refused_by_party": text("서명 거절", "Declined to sign"),
            "support.promised": text("지원 약속", "Support promised"),
            "support.hours_logged": text("지원 시간 기록", "Support hours logged"),
            "support.received": text("지원 받음", "Support received"),
            "support.received_again": text("지원 받음(이미 되어 있음)", "Support received (already so)"),
            "contribution.given": text("자기부담금 등록", "Own contribution given"),
            "contribution.confirmed": text("자기부담금 확인", "Own contribution confirmed"),
            "contribution.confirmed_again": text(
                "자기부담금 확인(이미 되어 있음)", "Own contribution confirmed (already so)"
            ),
            "contribution.refused": text("자기부담금 불인정", "Own contribution refused"),
        }
    )
    labels.things(
        {
            "projects.Project": text("PoC 과제", "PoC project"),
            "projects.Plan": text("수정사업계획서", "Revised plan"),
            "projects.Agreement": text("협약서", "Agreement"),
            "projects.SigningLink": text("서명 링크", "Signing link"),
            "projects.SupportItem": text("지원", "Support"),
            "projects.OwnContribution": text("자기부담금", "Own contribution"),
            "export: projects": text("과제 목록 내려받기", "List of projects exported"),
            "project": text("PoC 과제", "PoC project"),
            "plan": text("수정사업계획서", "Revised plan"),
            "agreement": text("협약서", "Agreement"),
            "agreement (PDF)": text("협약서 파일", "Agreement file"),
            "signed paper": text("서명된 종이 협약서", "Signed paper"),
            "own contribution evidence": text("자기부담금 증빙", "Evidence of an own contribution"),
        }
    )
