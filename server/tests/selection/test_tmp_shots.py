import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright
from server.tests import worlds
from server.tests.selection.conftest import falling
from server.tests.selection.test_settling import line_of
from didimdol.selection import actions

@pytest.mark.django_db(transaction=True)
def test_shots(live_server, transactional_db, signed_in):
    world = worlds.closed_challenge(applications=9)
    def pts(a, s, c):
        return falling(a, s, c) if int(a.number[-2:]) not in (1,3) else c.max_points*90/100 if c.max_points*90%100 else c.max_points*90//100
    round = worlds.closed_round(world, points=pts)
    sel = actions.compute_selection(actor=world.runs, round=round)
    m = world.actor(world.manager)
    actions.exclude_line(actor=m, line=line_of(sel, "07"), ground="ineligible", reason="휴업 중으로 확인됨")
    actions.hold_line(actor=m, line=line_of(sel, "05"), reason="중복 수혜 확인 중")
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        def shoot(person, url, name, width=1280, lang="ko-KR"):
            ctx = b.new_context(viewport={"width": width, "height": 900}, locale=lang)
            if person:
                c = signed_in(person)
                ctx.add_cookies([{"name": "sessionid", "value": c.cookies["sessionid"].value, "url": live_server.url}])
            page = ctx.new_page(); page.on("console", lambda msg: print(name, msg.text))
            r = page.goto(live_server.url + url); print(name, r.status)
            print(name, "overflow", page.evaluate("document.documentElement.scrollWidth - innerWidth"))
            page.screenshot(path=f"/tmp/shots/{name}.png", full_page=True); ctx.close()
        shoot(world.manager, f"/selection/{sel.pk}/", "computed")
        shoot(world.manager, f"/selection/{sel.pk}/", "computed_phone", 390)
        shoot(world.manager, f"/selection/", "list")
        actions.unhold_line(actor=m, line=line_of(sel, "05"), reason="확인")
        actions.decide_selection(actor=m, selection=sel)
        shoot(world.manager, f"/selection/{sel.pk}/release/", "release")
        actions.release_selection(actor=m, selection=sel)
        shoot(world.manager, f"/selection/lines/{line_of(sel,'01').pk}/", "sheet")
        shoot(world.ceos[4], f"/selection/own/{world.applications[4].pk}/", "own")
        shoot(world.ceos[4], f"/selection/own/{world.applications[4].pk}/", "own_phone", 390, "en-US")
        shoot(None, f"/selection/results/small/", "result")
        shoot(None, f"/selection/results/small/", "result_phone", 390)
        shoot(None, f"/api/v1/docs", "docs")
        b.close()
