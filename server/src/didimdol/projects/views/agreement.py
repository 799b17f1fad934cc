"""Pages of the agreement: what it says, who signed, and the three ways to sign."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.kernel import blobs, clock
from didimdol.kernel.access import require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form
from didimdol.kernel.problems import BadInput, Invisible
from didimdol.kernel.words import language, pick, text
from didimdol.programmes.criteria import lines
from didimdol.projects import queries, rules
from didimdol.projects.actions import agreements, signing
from didimdol.projects.content import SIX_ITEMS, Charter, charter_of
from didimdol.projects.documents import owner_text, render_sheet
from didimdol.projects.enums import COMPARED, METHODS, PARTIES
from didimdol.projects.forms import CharterForm, LinkForm, PaperForm, ReasonForm, SignForm
from didimdol.projects.models import Agreement, Project
from didimdol.projects.settling import owners_of, proposed_charter
from didimdol.projects.states.agreement import AGREEMENT, LINK
from didimdol.projects.views.frame import frame_of
from didimdol.records.opening import opened
from didimdol.records.queries import timeline


@require_safe
def agreement(request: ActedRequest, id: UUID) -> HttpResponse:
    actor = request.actor
    project = queries.access_project(actor, id)
    found = queries.agreement_of(project)
    context: dict[str, Any] = {
        **frame_of(actor, project, "agreement"),
        "agreement": found,
        "plan": queries.approved_plan(project),
        "may_draft": rules.may_draft_agreement(actor, project),
    }
    if found is not None:
        opened(actor, "agreement", found)
        context |= _shown(actor, project, found)
    return render(request, "projects/agreement.html", context)


def _shown(actor: Actor, project: Project, found: Agreement) -> dict[str, Any]:
    charter = charter_of(found.charter)
    signatures = {s.party: s for s in found.signatures.select_related("blob")}
    party, access = rules.party_of(actor, found)
    return {
        "agreement_state": AGREEMENT.state(found),
        "charter": charter,
        "criteria": lines(list(charter.criteria)),
        "owner": owner_text(found, charter),
        "six": [(pick(label), getattr(charter.confidentiality, key)) for key, label in SIX_ITEMS.items()],
        "parties": [
            {
                "label": pick(label),
                "signature": signatures.get(key),
                "method": METHODS.get(signatures[key].method) if key in signatures else None,
                "compared": COMPARED.get(signatures[key].compared) if key in signatures else None,
                "mine": key == party,
            }
            for key, label in PARTIES.items()
        ],
        "my_party": party if access and party not in signatures else "",
        "may": {name: AGREEMENT.may(name, actor, found) for name in ("offer", "take_back")},
        "may_link": found.state == "offered" and "company" not in signatures and rules.may_send_link(actor, found),
        "may_paper": found.state == "offered" and rules.may_record_paper(actor, found),
        "may_write": found.state == "draft" and rules.may_write_agreement(actor, found),
        "links": [
            {"link": link, "state": LINK.state(link), "over": link.expires_at <= clock.real()}
            for link in found.links.order_by("-created_at")[:10]
        ]
        if rules.may_send_link(actor, found)
        else [],
        "earlier": list(
            project.agreements.filter(version__lt=found.version).order_by("-version")[:20]
        ),
        "timeline": timeline(actor, found.pk, language()),
    }  # fmt: skip


class EditAgreement(View):
    """The charter's form; what the demand and the rulebook say already stands in it."""

    request: ActedRequest

    def get(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        project = self._project(id)
        return self._show(project, self._form(project, initial=initial_charter(project)))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        project = self._project(id)
        form = self._form(project, request.POST)
        if not form.is_valid():
            return self._show(project, form, 422)
        values = form.cleaned_data
        try:
            agreements.draft_agreement(
                actor=self.request.actor,
                project=project,
                charter=values["charter"],
                budget_owner=values["owner"],
                decision_on=values["decision_on"],
            )
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self._show(project, form, 422)
        messages.success(request, pick(text("협약서를 저장했습니다.", "The agreement was saved.")))
        return HttpResponseRedirect(reverse("projects:agreement", args=[project.pk]))

    def _project(self, id: UUID) -> Project:
        project = queries.access_project(self.request.actor, id)
        require(rules.may_draft_agreement(self.request.actor, project))
        return project

    def _form(self, project: Project, data: Any = None, initial: dict[str, Any] | None = None) -> CharterForm:
        return CharterForm(project, owners_of(project), data, initial)

    def _show(self, project: Project, form: CharterForm, status: int = 200) -> HttpResponse:
        context = {
            **frame_of(self.request.actor, project, "agreement"),
            "form": form,
            "plan": queries.approved_plan(project),
            "back": reverse("projects:agreement", args=[project.pk]),
        }
        return render(self.request, "projects/agreement_edit.html", context, status=status)


def initial_charter(project: Project) -> dict[str, Any]:
    """The last draft or refused agreement, else what the demand says."""
    last = queries.agreement_of(project)
    if last is None:
        return proposed_charter(project)
    charter: Charter = charter_of(last.charter)
    owner = charter.owner
    return {
        **charter.model_dump(include={"success", "starts_on", "ends_on", "ip", "device", "people"}),
        "data_given": charter.data,
        **{f"six_{key}": getattr(charter.confidentiality, key) for key in SIX_ITEMS},
        "criteria": [criterion.key for criterion in charter.criteria],
        "decision_on": last.decision_on,
        "budget_owner": last.budget_owner_id,
        "owner_name": owner.name if owner else "",
        "owner_title": owner.title if owner else "",
        "owner_email": owner.email if owner else "",
    }


@require_safe
def pdf(request: ActedRequest, id: UUID) -> HttpResponseBase:
    """The text that is signed. Before it is offered there is none."""
    found = queries.access_agreement(request.actor, id)
    return serve_pdf(request, found)


def serve_pdf(request: HttpRequest, found: Agreement) -> HttpResponseBase:
    if found.pdf is None:
        raise Invisible("agreement file", found.pk)
    answer = blobs.serve(request, found.pdf, filename=f"{found.project.number}_{found.version}.pdf")
    opened(request.actor, "agreement (PDF)", found)  # type: ignore[attr-defined]
    return answer


@require_safe
def sheet(request: ActedRequest, id: UUID) -> HttpResponse:
    return serve_sheet(queries.access_agreement(request.actor, id))


def serve_sheet(found: Agreement) -> HttpResponse:
    if found.pdf is None:
        raise Invisible("agreement file", found.pk)
    name = f"{found.project.number}_{found.version}_sheet.pdf"
    return HttpResponse(
        render_sheet(found),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@require_safe
def signature_file(request: ActedRequest, id: UUID) -> HttpResponseBase:
    """The paper that came back signed."""
    found = queries.access_signature(request.actor, id)
    assert found.blob is not None
    answer = blobs.serve(request, found.blob, filename=found.filename or "signed.pdf")
    opened(request.actor, "signed paper", found.agreement)
    return answer


class _OfAgreement(ActionView):
    reach, row_name = staticmethod(queries.access_agreement), "agreement"


class Offer(_OfAgreement):
    action = agreements.offer_agreement
    who = staticmethod(rules.may_offer)
    title = text("서명 요청", "Ask for signatures")
    consequence = text(
        "협약서를 PDF로 확정하고 창업기업과 수요기업에 서명을 요청합니다. 확정한 뒤에는 고칠 수 없고, 고치려면 거두고 다시 작성합니다.",
        "The agreement is fixed as a PDF and the parties are asked to sign. After that it does not change: to mend it, "
        "take it back and draft it anew.",
    )
    button = text("확정하고 서명 요청", "Fix it and ask")
    done = text("서명을 요청했습니다.", "The parties are asked to sign.")


class TakeBack(_OfAgreement):
    action, form = agreements.take_back_agreement, ReasonForm
    who = staticmethod(rules.may_offer)
    title = text("협약서 거두기", "Take the agreement back")
    consequence = text(
        "이 협약서에 한 서명은 효력을 잃습니다. 새로 작성할 수 있습니다.",
        "Signatures on it lose their effect. A new one may be drafted.",
    )
    button = text("거두기", "Take back")
    done = text("협약서를 거두었습니다.", "The agreement was taken back.")
    danger = True


class Sign(_OfAgreement):
    form, template = SignForm, "projects/sign.html"
    who = staticmethod(rules.may_sign)
    title = text("협약서 서명", "Sign the agreement")
    button = text("서명", "Sign")
    done = text("서명했습니다.", "Signed.")

    @staticmethod
    def action(*, agree: bool, **arguments: Any) -> Agreement:
        return signing.sign_agreement(**arguments)

    def make_form(self, row: Agreement, data: Any = None, files: Any = None) -> SignForm:
        return SignForm(data, initial={"sha256": row.sha256})

    def extra(self, row: Agreement) -> dict[str, Any]:
        charter = charter_of(row.charter)
        return {
            "agreement": row,
            "project": row.project,
            "charter": charter,
            "criteria": lines(list(charter.criteria)),
            "owner": owner_text(row, charter),
            "party": PARTIES[rules.party_of(self.request.actor, row)[0]],
        }


class Decline(_OfAgreement):
    action, form = signing.decline_agreement, ReasonForm
    who = staticmethod(rules.may_sign)
    title = text("서명 거절", "Decline to sign")
    consequence = text(
        "사유가 사업 담당과 다른 당사자에게 전달되고, 협약서는 다시 작성됩니다.",
        "The programme manager and the other parties read the reason; the agreement is drafted anew.",
    )
    button = text("거절", "Decline")
    done = text("서명을 거절했습니다.", "Declined.")
    danger = True


class SendLink(_OfAgreement):
    action, form = signing.send_signing_link, LinkForm
    who = staticmethod(rules.may_send_link)
    title = text("메일 링크로 서명 받기", "Sign by a mailed link")
    consequence = text(
        "협약서에 적힌 사업부 책임자의 주소로 링크를 보냅니다. 가입 없이 한 쪽 요약과 협약서를 읽고 서명하거나 거절합니다. "
        "링크는 14일 동안 한 번만 쓸 수 있고, 앞서 보낸 링크는 취소됩니다.",
        "A link goes to the budget owner's address in the agreement. Without an account they read a one-page summary and "
        "the agreement, and sign or decline. It works once within 14 days; an earlier link is revoked.",
    )
    button = text("보내기", "Send")
    done = text("링크를 보냈습니다.", "The link is on its way.")

    def make_form(self, row: Agreement, data: Any = None, files: Any = None) -> LinkForm:
        form = LinkForm(data, initial={"name": owner_text(row, charter_of(row.charter)).partition(" · ")[0]})
        form.fields["address"].choices = [(a, a) for a in signing.addresses_of(row)]  # type: ignore[attr-defined]
        return form


class RevokeLink(ActionView):
    action, row_name = signing.revoke_signing_link, "link"
    reach, who = staticmethod(queries.access_link), staticmethod(rules.may_revoke_link)
    title = text("링크 취소", "Revoke the link")
    consequence = text("보낸 링크를 더 쓸 수 없게 됩니다.", "The link that was sent stops working.")
    button = text("취소", "Revoke")
    done = text("링크를 취소했습니다.", "The link is revoked.")


class Paper(_OfAgreement):
    template = "projects/paper.html"
    who = staticmethod(rules.may_record_paper)
    title = text("종이 서명 등록", "Record a paper signature")
    button = text("등록", "Record")
    done = text("종이 서명을 등록했습니다.", "The paper signature is recorded.")

    @staticmethod
    def action(*, file: Any, **arguments: Any) -> Agreement:
        return signing.record_paper_signature(stream=file, filename=file.name or "", **arguments)

    def make_form(self, row: Agreement, data: Any = None, files: Any = None) -> PaperForm:
        signed = set(row.signatures.values_list("party", flat=True))
        actor = self.request.actor
        parties = [key for key in PARTIES if key not in signed and rules.may_record_paper(actor, row, key)]
        return PaperForm(parties, data, files)

    def extra(self, row: Agreement) -> dict[str, Any]:
        return {"agreement": row, "project": row.project}
