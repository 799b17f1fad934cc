from django.conf import settings as _s
_s.SECURE_SSL_REDIRECT=False
_s.SESSION_COOKIE_SECURE=_s.CSRF_COOKIE_SECURE=False
import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright
from django.test import Client
from server.tests import worlds
from didimdol.evaluation.models import Ballot
@pytest.mark.django_db(transaction=True)
def test_shots(live_server, signed_in):
    world = worlds.closed_challenge(applications=4)
    round = worlds.declaring_round(world)
    def cookie(person):
        c = signed_in(person); return c.cookies["sessionid"].value
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        def shot(person, url, name, phone=False, act=None):
            ctx = b.new_context(viewport={"width": 390 if phone else 1360, "height": 844 if phone else 900}, locale="ko-KR")
            ctx.add_cookies([{"name":"sessionid","value":cookie(person),"url":live_server.url}])
            page = ctx.new_page(); errs=[]
            page.on("console", lambda m: errs.append(m.text)); page.on("pageerror", lambda e: errs.append(str(e)))
            page.goto(live_server.url+url)
            if act: act(page)
            page.screenshot(path=f"/tmp/e_{name}.png", full_page=True); print(name, errs); ctx.close()
        e = world.experts[0]
        shot(e, reverse("evaluation:conflicts", args=[round.pk]), "conflicts")
        for s in round.seats.all(): worlds.declare(s, (world.applications[1],) if s.person_id==world.experts[1].pk else ())
        from didimdol.evaluation import actions
        shot(world.coordinator, round.get_absolute_url(), "round_declaring")
        actions.assign_ballots(actor=world.runs, round=round)
        bl = Ballot.objects.within(seat__person=e).first()
        def fill(page):
            page.fill("#id_points-technology", "61"); page.fill("#id_points-growth", "31.5"); page.wait_for_timeout(2500)
            print(page.inner_text("[data-save-status]"), page.inner_text("[data-total]"))
        shot(e, bl.get_absolute_url(), "ballot", act=fill)
        def fill2(page):
            page.fill("#id_points-technology", "51"); page.fill("#id_points-growth", "31.5"); page.wait_for_timeout(2500)
            print(page.inner_text("[data-save-status]"), page.inner_text("[data-total]"))
        shot(e, bl.get_absolute_url(), "ballot_phone", phone=True, act=fill2)
        shot(e, reverse("evaluation:lock", args=[bl.pk]), "lock")
        shot(e, reverse("evaluation:list"), "list")
        worlds.lock(Ballot.objects.within(seat__round=round, state="draft").last())
        def openall(page):
            page.evaluate("document.querySelectorAll('details').forEach(d=>d.open=true)")
        shot(world.coordinator, round.get_absolute_url(), "round", act=openall)
        shot(world.coordinator, round.get_absolute_url(), "round_phone", phone=True)
        b.close()
