import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from didimdol.applications import actions
from server.tests.applications.test_measuring import measure_all


@pytest.mark.django_db(transaction=True)
def test_shots(call, live_server, settings):
    settings.ALLOWED_HOSTS = ["*"]
    app = call.start()
    actions.choose_field(actor=call.acts("ceo"), application=app, field=call.field())
    actions.answer_eligibility(actor=call.acts("ceo"), application=app, answers={"taxes": False})
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        errs = []

        def shots(names, prefix, ctx):
            page = ctx.new_page()
            page.on("console", lambda m: errs.append((m.type, m.text)) if m.type in ("error", "warning") else None)
            for n, path in names:
                page.goto(live_server.url + path)
                page.screenshot(path=f"/tmp/dd_d/shots/{prefix}{n}.png", full_page=True)
            return page

        def ctx_for(who, **kw):
            c = call.client(who)
            ctx = b.new_context(locale="ko-KR", **{"viewport": {"width": 1280, "height": 900}, **kw})
            ctx.add_cookies([{"name": "sessionid", "value": c.cookies["sessionid"].value, "url": live_server.url}])
            return ctx

        ceo = ctx_for("ceo")
        u = lambda n, *a: reverse(f"applications:{n}", args=a)
        steps = [(n, u(n, app.pk)) for n in ("field", "eligibility", "form", "files", "check")]
        shots([("list", u("list")), ("start", u("start", "apply-2025"))] + steps, "a-", ceo)
        # autosave live
        page = ceo.new_page()
        page.goto(live_server.url + u("form", app.pk))
        page.fill("#id_q-summary", "자동 저장 시험")
        page.wait_for_timeout(2500)
        page.screenshot(path="/tmp/dd_d/shots/autosave.png")
        actions.save_draft(actor=call.acts("staff"), application=call.again(app), answers={"summary": "직원이 고침"})
        page.fill("#id_q-summary", "다른 창")
        page.wait_for_timeout(2500)
        page.screenshot(path="/tmp/dd_d/shots/autosave409.png")
        page.click("text=저장하고 다음")
        page.screenshot(path="/tmp/dd_d/shots/conflict.png", full_page=True)
        call.fill(app)
        actions.measure_trial(actor=call.acts("ceo"), application=app)
        shots(steps, "b-", ceo)
        measure_all(call)
        shots([("files", u("files", app.pk)), ("check", u("check", app.pk))], "c-", ceo)
        shots([("check", u("check", app.pk))], "staff-", ctx_for("staff"))
        call.submit(call.again(app))
        shots(
            [
                ("application", u("application", app.pk)),
                ("receipt", u("receipt", app.pk)),
                ("withdraw", u("withdraw", app.pk)),
            ],
            "d-",
            ceo,
        )
        shots(
            [("list", u("list")), ("application", u("application", app.pk)), ("export", u("export", "apply-2025"))],
            "op-",
            ctx_for("coordinator"),
        )
        app2 = call.start("rival", call.rival)
        phone = ctx_for("rival", viewport={"width": 390, "height": 844}, color_scheme="dark")
        shots([(n, u(n, app2.pk)) for n in ("field", "eligibility", "form", "files", "check")], "phone-", phone)
        print("ERRS", set(errs))
        from axe_playwright_python.sync_playwright import Axe

        for who, names in (
            ("ceo", [u("application", app.pk), u("receipt", app.pk), u("list")]),
            ("rival", [u(n, app2.pk) for n in ("field", "eligibility", "form", "files", "check")]),
            ("coordinator", [u("list")]),
        ):
            pg = ctx_for(who).new_page()
            for path in names:
                pg.goto(live_server.url + path)
                r = Axe().run(pg)
                print(path, [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in r.response["violations"]])
        b.close()
