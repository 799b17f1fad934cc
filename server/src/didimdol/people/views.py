"""Pages of a person: profile, organisations, invitations, tokens, staff session."""

from __future__ import annotations

import uuid
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views import View
from django.views.decorators.cache import never_cache

from didimdol.kernel.access import Denied, require, signed_in
from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.kernel.words import pick, text
from didimdol.people import actions, lists, queries, rules
from didimdol.people.enums import OrganisationKind
from didimdol.people.forms import InviteForm, OrganisationForm, ProfileForm, StaffSessionForm, StartupForm, TokenForm
from didimdol.people.models import ApiToken, Invitation, Organisation, Person, RoleAssignment
from didimdol.people.sign_in import remember_language


class Page(View):
    """A page of somebody who is signed in."""

    request: ActedRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(signed_in(cast(ActedRequest, request).actor))
        return super().dispatch(request, *args, **kwargs)


# --- profile -------------------------------------------------------------------------------------------------------


class Profile(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        person = queries.person_of(self.request.actor)
        return self.show(person, ProfileForm(initial={"name": person.name, "language": person.language}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form, person = ProfileForm(request.POST), queries.person_of(self.request.actor)
        if not form.is_valid():
            return self.show(person, form, 422)
        try:
            person = actions.update_profile(actor=self.request.actor, **form.cleaned_data)
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(person, form, 422)
        with override(person.language):
            messages.success(request, pick(text("저장했습니다.", "Saved.")))
        response = redirect("people:profile")
        remember_language(response, person.language)
        return response

    def show(self, person: Person, form: ProfileForm, status: int = 200) -> HttpResponse:
        actor = self.request.actor
        context = {
            "form": form,
            "person": person,
            "roles": lists.roles_of(actor),
            "organisations": queries.organisations_of(actor),
            "may_register": rules.may_register_startup(actor),
            "is_staff": queries.holds_platform(actor.person),
            "second_factor": queries.has_second_factor(actor.person),
        }
        return render(self.request, "people/profile.html", context, status=status)


# --- organisations -------------------------------------------------------------------------------------------------


class Organisations(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        actor = self.request.actor
        context = {
            "organisations": queries.organisations_of(actor),
            "may_register": rules.may_register_startup(actor),
            "may_create": bool(_kinds(self.request)),
        }
        return render(request, "people/organisations.html", context)


class RegisterStartup(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        require(rules.may_register_startup(self.request.actor))
        return self.show(StartupForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StartupForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            startup = actions.register_startup(
                actor=self.request.actor,
                name=form.names(),
                business_number=form.cleaned_data["business_number"],
                founded_on=form.cleaned_data["founded_on"],
                idempotency_key=request.POST.get("idempotency_key"),  # type: ignore[call-arg]
            )
        except BadInput as problem:
            _into(form, problem)
            return self.show(form, 422)
        messages.success(request, pick(text("창업기업을 등록했습니다.", "The startup is registered.")))
        return redirect("people:organisation", startup.id)

    def show(self, form: StartupForm, status: int = 200) -> HttpResponse:
        return render(
            self.request,
            "people/organisation_form.html",
            {
                "form": form,
                "title": pick(text("창업기업 등록", "Register a startup")),
                "lead": pick(
                    text(
                        "등록하는 사람이 대표자가 되어 신청서를 제출합니다. 직원은 등록한 뒤에 초대할 수 있습니다.",
                        "Whoever registers becomes the chief executive and submits applications; staff are invited.",
                    )
                ),
                "back": reverse("people:organisations"),
                "idempotency_key": _key(self.request),
            },
            status=status,
        )


class NewOrganisation(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(OrganisationForm(kinds=self.kinds()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OrganisationForm(request.POST, kinds=self.kinds())
        if not form.is_valid():
            return self.show(form, 422)
        try:
            made = actions.create_organisation(
                actor=self.request.actor,
                kind=form.cleaned_data["kind"],
                name=form.names(),
                business_number=form.cleaned_data["business_number"],
                founded_on=form.cleaned_data["founded_on"],
                idempotency_key=request.POST.get("idempotency_key"),  # type: ignore[call-arg]
            )
        except BadInput as problem:
            _into(form, problem)
            return self.show(form, 422)
        messages.success(
            request, pick(text(f"‘{made.name['ko']}’을(를) 만들었습니다.", f"“{made.name['en']}” was made."))
        )
        return redirect("people:organisations")

    def kinds(self) -> list[OrganisationKind]:
        kinds = _kinds(self.request)
        if not kinds:
            require(rules.may_create_organisation(self.request.actor, OrganisationKind.DEMAND_COMPANY))
        return kinds

    def show(self, form: OrganisationForm, status: int = 200) -> HttpResponse:
        return render(
            self.request,
            "people/organisation_form.html",
            {
                "form": form,
                "title": pick(text("조직 만들기", "New organisation")),
                "back": reverse("people:organisations"),
                "idempotency_key": _key(self.request),
            },
            status=status,
        )


class OrganisationPage(Page):
    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        actor = self.request.actor
        organisation = queries.access_organisation(actor, id)
        asked = request.GET
        context = {
            "organisation": organisation,
            "members": lists.members(actor, organisation, asked.get("after", ""), asked.get("q", "")),
            "given": lists.given(actor, organisation, asked.get("given", ""))
            if rules.may_see_given(actor, organisation)
            else None,
            "invitations": lists.invitations(actor, organisation, asked.get("invited", "")),
            "may_invite": rules.may_invite(actor, organisation),
            "may_update": rules.may_update_organisation(actor, organisation),
        }
        return render(request, "people/organisation.html", context)


class EditOrganisation(Page):
    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        organisation = self.reach(id)
        initial = {
            "name_ko": organisation.name.get("ko"),
            "name_en": organisation.name.get("en"),
            "business_number": organisation.business_number,
            "founded_on": organisation.founded_on,
            "version": organisation.row_version,
        }
        return self.show(organisation, OrganisationForm(initial=initial))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        organisation = self.reach(id)
        form = OrganisationForm(request.POST)
        if not form.is_valid():
            return self.show(organisation, form, 422)
        try:
            actions.update_organisation(
                actor=self.request.actor,
                organisation=organisation,
                name=form.names(),
                business_number=form.cleaned_data["business_number"] or None,
                founded_on=form.cleaned_data["founded_on"],
                version=form.cleaned_data["version"],
            )
        except BadInput as problem:
            _into(form, problem)
            return self.show(organisation, form, 422)
        messages.success(request, pick(text("저장했습니다.", "Saved.")))
        return redirect("people:organisation", organisation.id)

    def reach(self, id: UUID) -> Organisation:
        organisation = queries.access_organisation(self.request.actor, id)
        require(rules.may_update_organisation(self.request.actor, organisation))
        return organisation

    def show(self, organisation: Organisation, form: OrganisationForm, status: int = 200) -> HttpResponse:
        return render(
            self.request,
            "people/organisation_form.html",
            {
                "form": form,
                "title": pick(text("조직 정보 고치기", "Edit organisation")),
                "back": reverse("people:organisation", args=[organisation.id]),
            },
            status=status,
        )


# --- roles and invitations -----------------------------------------------------------------------------------------


class Invite(Page):
    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        organisation = self.reach(id)
        return self.show(organisation, self.make_form(organisation))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        organisation = self.reach(id)
        form = self.make_form(organisation, request.POST)
        if not form.is_valid():
            return self.show(organisation, form, 422)
        try:
            actions.invite(
                actor=self.request.actor,
                **form.cleaned_data,
                idempotency_key=request.POST.get("idempotency_key"),  # type: ignore[call-arg]
            )
        except (BadInput, AccessDenied) as problem:
            put_problem_into_form(form, problem)
            return self.show(organisation, form, 422)
        messages.success(request, pick(text("초대를 보냈습니다.", "The invitation is on its way.")))
        return redirect("people:organisation", organisation.id)

    def reach(self, id: UUID) -> Organisation:
        organisation = queries.access_organisation(self.request.actor, id)
        require(rules.may_invite(self.request.actor, organisation))
        return organisation

    def make_form(self, organisation: Organisation, data: Any = None) -> InviteForm:
        return InviteForm(data, **lists.invite_choices(self.request.actor, organisation))

    def show(self, organisation: Organisation, form: InviteForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "organisation": organisation, "idempotency_key": _key(self.request)}
        return render(self.request, "people/invite.html", context, status=status)


class Ending(ActionView):
    """Something that somebody holds ends at once: asked first, in the colour of what is not undone."""

    danger = True


class EndRole(Ending):
    action, reach, row_name = actions.end_role, queries.access_assignment, "assignment"
    who = rules.may_end
    title = text("역할 끝내기", "End a role")
    consequence = text(
        "역할이 지금 끝납니다. 그동안 한 일의 기록은 남습니다.", "The role ends now. The record of what was done stays."
    )
    button = text("끝내기", "End the role")
    done = text("역할을 끝냈습니다.", "The role has ended.")

    def after(self, row: RoleAssignment, result: RoleAssignment) -> str:
        # whoever lays down their own role may not see the organisation any more
        own = row.person_id == self.request.actor.person
        return reverse("people:organisations") if own else self.back(row)

    def back(self, row: RoleAssignment) -> str:
        if row.organisation_id in self.request.actor.organisations():
            return reverse("people:organisation", args=[row.organisation_id])
        return reverse("people:organisations")


class WithdrawInvitation(Ending):
    action, reach, row_name = actions.withdraw_invitation, queries.access_invitation, "invitation"
    who = rules.may_withdraw
    title = text("초대 취소", "Withdraw an invitation")
    consequence = text("보낸 링크를 더는 쓸 수 없게 됩니다.", "The link that was sent stops working.")
    button = text("초대 취소", "Withdraw")
    done = text("초대를 취소했습니다.", "The invitation is withdrawn.")

    def back(self, row: Invitation) -> str:
        return reverse("people:organisations")


@method_decorator(never_cache, name="dispatch")
class InvitationPage(View):
    """The page of an invitation's link, for whoever holds it; only the invited person can accept."""

    request: ActedRequest

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        invitation = queries.invitation_by_secret(secret)
        if refused := actions.why_not_open(invitation):
            raise refused
        actor = self.request.actor
        if actor.person is None:
            # Whoever opens the link reads the invited mailbox: signing up with that address needs no second mail.
            request.session["account_verified_email"] = invitation.email
        context = {
            "invitation": invitation,
            "challenge": queries.challenges_named([invitation.challenge]).get(invitation.challenge)
            if invitation.challenge
            else None,
            "mine": actor.person is not None and queries.has_address(actor.person, invitation.email),
            "has_account": queries.has_account(invitation.email),
            "here": request.get_full_path(),
        }
        response = render(request, "people/invitation.html", context)
        response["Referrer-Policy"] = (
            "same-origin"  # the address is the secret; "no-referrer" would make the form's Origin null
        )
        return response

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        assignment = actions.accept_invitation(actor=self.request.actor, secret=secret)
        messages.success(request, pick(text("초대를 수락했습니다.", "You accepted the invitation.")))
        return redirect("people:organisation", assignment.organisation_id)


# --- tokens --------------------------------------------------------------------------------------------------------


class Tokens(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(TokenForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            token, clear = actions.issue_token(actor=self.request.actor, **form.cleaned_data)
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(form, 422)
        # Shown this once: on the answer to the POST, never after a redirect, and kept by no cache.
        response = render(request, "people/token_issued.html", {"token": token, "clear": clear})
        add_never_cache_headers(response)
        return response

    def show(self, form: TokenForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "tokens": lists.tokens(self.request.actor)}
        return render(self.request, "people/tokens.html", context, status=status)


class RevokeToken(Ending):
    action, reach, row_name = actions.revoke_token, queries.access_token, "token"
    title = text("토큰 폐기", "Revoke a token")
    consequence = text(
        "이 토큰을 쓰는 프로그램은 바로 접속할 수 없게 됩니다.", "Programs that use it lose access at once."
    )
    button = text("폐기", "Revoke")
    done = text("토큰을 폐기했습니다.", "The token is revoked.")

    def back(self, row: ApiToken) -> str:
        return reverse("people:tokens")


# --- staff ---------------------------------------------------------------------------------------------------------


class Staff(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(StaffSessionForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StaffSessionForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            actions.open_staff_session(actor=self.request.actor, **form.cleaned_data)
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(form, 422)
        messages.success(request, pick(text("업무 접속을 열었습니다.", "The staff session is open.")))
        return redirect("people:staff")

    def show(self, form: StaffSessionForm, status: int = 200) -> HttpResponse:
        actor = self.request.actor
        if not queries.holds_platform(actor.person):
            require(Denied("people_no_staff"))
        context = {
            "form": form,
            "open": queries.open_staff_session(actor.person) if actor.person else None,
            "sessions": lists.staff_sessions(actor),
        }
        return render(self.request, "people/staff.html", context, status=status)


class CloseStaff(Page):
    def post(self, request: HttpRequest) -> HttpResponse:
        actions.close_staff_session(actor=self.request.actor)
        messages.success(request, pick(text("업무 접속을 닫았습니다.", "The staff session is closed.")))
        return redirect("people:staff")


# --- inside --------------------------------------------------------------------------------------------------------


def _key(request: HttpRequest) -> str:
    return request.POST.get("idempotency_key") or uuid.uuid4().hex


def _kinds(request: ActedRequest) -> list[OrganisationKind]:
    return [kind for kind in OrganisationKind if rules.may_create_organisation(request.actor, kind)]


def _into(form: Any, problem: BadInput) -> None:
    """The name of an organisation stands in two fields of the form."""
    problem.fields = {("name_ko" if name == "name" else name): message for name, message in problem.fields.items()}
    put_problem_into_form(form, problem)
