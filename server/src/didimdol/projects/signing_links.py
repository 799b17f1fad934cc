"""The address by which a budget owner without an account signs: derived from the row and the installation's key, so that
a task needs only the id and the database holds only a hash."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac

from didimdol.design.texts import when_text
from didimdol.kernel.words import pick, text
from didimdol.people.letters import Letter, letter
from didimdol.people.links import absolute
from didimdol.projects.models import SigningLink

LASTS = timedelta(days=14)


def secret_of(link: UUID) -> str:
    return salted_hmac("didimdol.projects.signing", str(link), algorithm="sha256").hexdigest()


def address_of(link: UUID) -> str:
    return absolute(reverse("projects:sign_by_link", args=[secret_of(link)]))


def signing_letter(link: SigningLink) -> Letter:
    project, lang = link.agreement.project, link.language
    with translation.override(lang):
        until = when_text(link.expires_at)
    startup, company = pick(project.startup.name, lang), pick(project.company.name, lang)
    return letter(
        text(f"협약서 서명 요청 · {project.number}", f"Please sign the agreement · {project.number}"),
        text(
            f"{link.name} 님,\n{company}와(과) {startup}의 PoC 협약서에 사업부 책임자로 서명해 주시기를 요청드립니다.\n"
            f"아래 주소에서 한 쪽 요약과 협약서를 읽고 {until}까지 서명하거나 사유를 적어 거절하실 수 있습니다. "
            "가입은 필요하지 않으며, 주소는 한 번만 쓸 수 있습니다. 다른 사람에게 전달하지 마십시오.",
            f"{link.name},\nYou are asked to sign the PoC agreement between {company} and {startup} as budget owner.\n"
            f"At the address below you read a one-page summary and the agreement, and sign or decline with a reason, until "
            f"{until}. No account is needed. The address works once; please do not pass it on.",
        ),
        lang,
        link=address_of(link.pk),
        not_you=False,
    )
