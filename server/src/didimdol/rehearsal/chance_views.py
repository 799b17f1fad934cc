"""Where a rulebook is checked: how many evaluators each stage needs until its order is no longer luck."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from didimdol.kernel.access import require
from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.words import pick
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.queries import access_challenge, rules_of
from didimdol.programmes.rulebook import resolve_calendar
from didimdol.rehearsal import chance, chance_chart
from didimdol.rehearsal.forms import ChanceForm
from didimdol.rehearsal.panels import loads
from didimdol.rehearsal.world import Wishes


@require_safe
def evaluators(request: ActedRequest, slug: str) -> HttpResponse:
    challenge = access_challenge(request.actor, slug)
    require(programme_rules.may_manage(request.actor, challenge))
    form = ChanceForm(request.GET if "applicants" in request.GET else {"applicants": Wishes().applicants})
    entries, status = [], 422
    if form.is_valid():
        asked, book, status = form.cleaned_data, rules_of(challenge), 200
        expected = loads(book, resolve_calendar(book), asked["applicants"])
        if expected:
            entries = chance.chances(book, expected, experts=asked["experts"] or 0, judges=asked["judges"] or 0)
    context = {
        "challenge": challenge,
        "form": form,
        "chance": chance_chart.sections(entries),
        "assumed": chance.ASSUMED,
        "findings": [(pick(each.what), pick(each.change)) for each in chance.found(entries)],
        "crumbs": [{"label": pick(challenge.name), "url": challenge.manage_url}],
    }
    return render(request, "rehearsal/evaluators.html", context, status=status)
