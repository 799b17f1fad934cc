from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.demands import actions, rules
from didimdol.demands.content import MOST_CRITERIA
from didimdol.demands.forms import MORE_ROWS, DatasetForm, DemandForm, ReasonForm, initial_of
from didimdol.demands.models import Demand
from didimdol.demands.queries import access_demand, criteria_of, fields_for, own_companies
from didimdol.demands.states import DEMAND
from didimdol.demands.tables import demand_table
from didimdol.demands.tasks import task_line
from didimdol.kernel import blobs
from didimdol.kernel.access import Denied, require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form
from didimdol.kernel.problems import BadInput, Invisible
from didimdol.kernel.words import pick, text
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import persons_with
from didimdol.programmes.criteria import lines
from didimdol.programmes.models import Challenge, Field
from didimdol.programmes.queries import access_challenge, phase
from didimdol.programmes.rules import SEES_OPERATION, runs
from didimdol.records.actions import opened
from didimdol.records.queries import timeline


@require_safe
def demand_list(request: ActedRequest) -> HttpResponse:
    return render(request, "demands/list.html", {"table": demand_table(request.actor, request.GET)})


@require_safe
def demand_page(request: ActedRequest, id: UUID) -> HttpResponse:
    actor = request.actor
    demand = access_demand(actor, id)
    inside = bool(rules.may_withdraw(actor, demand)) or _operates(actor, demand)
    context = {
        "demand": demand,
        "challenge": demand.challenge,
        "phase": phase(demand.challenge),
        "state": DEMAND.state(demand),
        "criteria": lines(criteria_of(demand)),
        "inside": inside,
        "crumbs": [
            {"label": demand.challenge.name, "url": demand.challenge.get_absolute_url()},
            {"label": text("수요", "Demands"), "url": f"{reverse('demands:list')}?challenge={demand.challenge.slug}"},
            {"label": demand.title},
        ],
        "may": {name: DEMAND.may(name, actor, demand) for name in DEMAND.moves} if inside else {},
        "may_edit": rules.may_edit(actor, demand),
        "task": task_line(demand.dataset_task),
        "may_open_dataset": rules.may_open_dataset(actor, demand),
        "timeline": timeline(actor, demand.id) if inside else [],
    }
    return render(request, "demands/demand.html", context)


def _operates(actor: Actor, demand: Demand) -> bool:
    return bool(runs(actor, demand.challenge, *SEES_OPERATION))


class EditorView(View):
    """The page with the criteria editor, for a new demand and for an old one."""

    request: ActedRequest

    def make_form(
        self,
        challenge: Challenge,
        companies: list[Organisation],
        data: Any = None,
        initial: dict[str, Any] | None = None,
    ) -> DemandForm:
        fields: dict[UUID, Field] = {}
        owners: dict[UUID, Person] = {}
        for company in companies:
            fields |= {f.id: f for f in fields_for(challenge, company)}
            people = persons_with(Role.BUDGET_OWNER, organisation=company.id, challenge=challenge.id)
            owners |= {person.id: person for person in people}
        return DemandForm(
            data, companies=companies, fields=list(fields.values()), owners=list(owners.values()), initial=initial
        )

    def with_more_rows(self, challenge: Challenge, companies: list[Organisation]) -> DemandForm:
        """The same page with what was typed and further empty rows; nothing is judged yet."""
        typed = {name: self.request.POST.get(name, "") for name in self.request.POST}
        given = typed.get("rows", "")
        rows = int(given) if given.isdecimal() and len(given) < 4 else MOST_CRITERIA
        return self.make_form(challenge, companies, initial={**typed, "rows": rows + MORE_ROWS})


class CreateDemand(EditorView):
    def get(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        challenge, companies = self._place(slug)
        return self._show(challenge, self.make_form(challenge, companies))

    def post(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        challenge, companies = self._place(slug)
        if "more" in request.POST:
            return self._show(challenge, self.with_more_rows(challenge, companies))
        form = self.make_form(challenge, companies, request.POST)
        if not form.is_valid():
            return self._show(challenge, form, 422)
        try:
            demand = actions.create_demand(
                actor=self.request.actor,
                challenge=challenge,
                field=form.cleaned_data["field"],
                company=form.cleaned_data["company"],
                content=form.cleaned_data["content"],
                **({"idempotency_key": key} if (key := form.cleaned_data["idempotency_key"]) else {}),
            )
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self._show(challenge, form, 422)
        messages.success(request, pick(text("수요를 저장했습니다.", "The demand was saved.")))
        return HttpResponseRedirect(demand.get_absolute_url())

    def _place(self, slug: str) -> tuple[Challenge, list[Organisation]]:
        challenge = access_challenge(self.request.actor, slug)
        companies = own_companies(self.request.actor, challenge)
        if not companies:
            require(Denied("only_the_demand_company"))
        for company in companies:
            require(rules.may_create(self.request.actor, challenge, company))
        return challenge, companies

    def _show(self, challenge: Challenge, form: DemandForm, status: int = 200) -> HttpResponse:
        context = {"challenge": challenge, "form": form, "back": challenge.get_absolute_url(), "new": True}
        return render(self.request, "demands/edit.html", context, status=status)


class EditDemand(EditorView):
    def get(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        demand = self._demand(id)
        return self._show(demand, self.make_form(demand.challenge, [demand.company], initial=initial_of(demand)))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        demand = self._demand(id)
        if "more" in request.POST:
            return self._show(demand, self.with_more_rows(demand.challenge, [demand.company]))
        form = self.make_form(demand.challenge, [demand.company], request.POST)
        if not form.is_valid():
            return self._show(demand, form, 422)
        try:
            actions.save_demand(
                actor=self.request.actor,
                demand=demand,
                field=form.cleaned_data["field"],
                content=form.cleaned_data["content"],
                version=form.cleaned_data["version"],
            )
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self._show(demand, form, 422)
        messages.success(request, pick(text("수요를 저장했습니다.", "The demand was saved.")))
        return HttpResponseRedirect(demand.get_absolute_url())

    def _demand(self, id: UUID) -> Demand:
        demand = access_demand(self.request.actor, id)
        require(rules.may_edit(self.request.actor, demand))
        return demand

    def _show(self, demand: Demand, form: DemandForm, status: int = 200) -> HttpResponse:
        context = {"challenge": demand.challenge, "demand": demand, "form": form, "back": demand.get_absolute_url()}
        return render(self.request, "demands/edit.html", context, status=status)


class DemandAction(ActionView):
    reach = staticmethod(access_demand)
    row_name = "demand"


class SetDataset(DemandAction):
    who = staticmethod(rules.may_edit)
    form = DatasetForm
    title = text("데이터 세트", "Data set")
    consequence = text(
        "품질을 재는 데 쓸 .npz 파일입니다. 숫자 배열만 받으며, 창업기업에는 공개하지 않습니다.",
        "The .npz file by which quality is measured. Arrays of numbers only; startups never see it.",
    )
    button = text("올리기", "Upload")
    done = text("데이터 세트를 받았습니다.", "The data set was received.")

    template = "demands/set_dataset.html"

    def extra(self, row: Demand) -> dict[str, Any]:
        return {"task": task_line(row.dataset_task)}

    @staticmethod
    def action(*, dataset: Any, **arguments: Any) -> Demand:
        return actions.set_dataset(stream=dataset, filename=dataset.name or "", **arguments)


class RemoveDataset(DemandAction):
    who = staticmethod(rules.may_edit)
    action = staticmethod(actions.remove_dataset)
    title = text("데이터 세트를 뺍니까?", "Remove the data set?")
    button = text("빼기", "Remove")
    danger = True


class ProposeDemand(DemandAction):
    action = staticmethod(actions.propose_demand)
    who = DEMAND.moves["propose"].who
    may = DEMAND.asks("propose")
    title = text("수요를 제안합니까?", "Propose the demand?")
    consequence = text(
        "운영기관이 확인한 뒤 공고에 공개합니다. 제안한 뒤에는 보완 요청을 받기 전까지 내용을 바꿀 수 없습니다.",
        "The operator checks it and publishes it with the notice. Once proposed it cannot be changed unless it is returned.",
    )
    button = text("제안", "Propose")
    done = text("수요를 제안했습니다.", "The demand was proposed.")


class PublishDemand(DemandAction):
    action = staticmethod(actions.publish_demand)
    who = DEMAND.moves["publish"].who
    may = DEMAND.asks("publish")
    title = text("수요를 승인하고 공개합니까?", "Approve and publish the demand?")
    consequence = text(
        "승인하면 챌린지 공고와 함께 공개되고, 내용은 더 바뀌지 않습니다.",
        "It will stand with the challenge's notice and cannot be changed any more.",
    )
    button = text("승인·공개", "Approve and publish")
    done = text("수요를 공개했습니다.", "The demand was published.")


class ReturnDemand(DemandAction):
    action = staticmethod(actions.return_demand)
    who = DEMAND.moves["send_back"].who
    may = DEMAND.asks("send_back")
    form = ReasonForm
    title = text("보완 요청", "Return the demand")
    consequence = text(
        "무엇을 고쳐야 하는지 적어 주십시오. 수요기업에 전달합니다.", "Say what must be mended. The company is told."
    )
    button = text("보완 요청", "Return")
    done = text("보완을 요청했습니다.", "The demand was returned.")


class WithdrawDemand(DemandAction):
    action = staticmethod(actions.withdraw_demand)
    who = DEMAND.moves["withdraw"].who
    may = DEMAND.asks("withdraw")
    form = ReasonForm
    title = text("수요를 철회합니까?", "Withdraw the demand?")
    consequence = text(
        "철회한 수요는 되돌릴 수 없습니다. 공개된 수요라면 신청한 기업들에 사유를 알립니다.",
        "A withdrawn demand does not come back. If it was public, the applicants are told why.",
    )
    button = text("철회", "Withdraw")
    done = text("수요를 철회했습니다.", "The demand was withdrawn.")
    danger = True


@require_safe
def dataset_file(request: ActedRequest, id: UUID) -> HttpResponseBase:
    demand = access_demand(request.actor, id)
    require(rules.may_open_dataset(request.actor, demand))
    dataset = demand.dataset
    if dataset is None:
        raise Invisible("demands.dataset", demand.pk)
    opened(request.actor, "demands.dataset", demand)
    return blobs.serve(request, dataset, filename=f"demand-{demand.pk}.npz")
