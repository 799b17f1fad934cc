import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import sync_playwright

from didimdol.funding import actions
from didimdol.funding.budgets import Cost
from server.tests.funding.worlds import money_world
from server.tests.worlds import small_rulebook

pytestmark = pytest.mark.django_db(transaction=True)
CATS = ["materials", "outsourcing", "equipment", "ip", "personnel", "fees", "travel", "training", "advertising"]


def test_look(live_server, tmp_path):
    def change(book):
        book["grant"]["categories"] = CATS

    m = money_world(
        (24_000_000, 36_000_000), rulebook=small_rulebook(change=change), own_cash=10_000_000, own_in_kind=5_000_000
    )
    p = m.project
    actions.save_budget(
        actor=m.poc.staff,
        project=p,
        lines=[
            Cost("materials", 20_000_000, 5_000_000, 0, "센서와 보드 20대"),
            Cost("personnel", 30_000_000, 5_000_000, 5_000_000, "연구원 2명 5개월"),
            Cost("fees", 9_999_999),
        ],
    )
    shots = []
    with sync_playwright() as pw:
        b = pw.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])

        def shoot(who, name, *args, lang="ko", width=1280, tag=""):
            c = Client()
            c.force_login(m.poc.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
            ctx = b.new_context(viewport={"width": width, "height": 900}, locale="ko-KR" if lang == "ko" else "en-GB")
            ctx.add_cookies(
                [
                    {"name": "sessionid", "value": c.cookies["sessionid"].value, "url": live_server.url},
                    {"name": "django_language", "value": lang, "url": live_server.url},
                ]
            )
            pg = ctx.new_page()
            pg.goto(live_server.url + reverse("funding:" + name, args=args))
            wide = pg.evaluate("document.documentElement.scrollWidth")
            pg.screenshot(path=f"/tmp/look_d/{name}{tag}_{who}_{lang}_{width}.png", full_page=True)
            print(name, tag, who, lang, width, wide)
            ctx.close()

        shoot("staff", "budget", p.pk)
        shoot("staff", "budget", p.pk, lang="en", width=390)
        shoot("staff", "project", p.pk, tag="_begin")
        from didimdol.projects.actions import support

        for kind, won in (("cash", 10_000_000), ("in_kind", 5_000_000)):
            support.confirm_contribution(
                actor=m.poc.coordinator,
                contribution=support.give_contribution(actor=m.poc.staff, project=p, kind=kind, amount=won),
            )
        bud = actions.save_budget(
            actor=m.poc.staff,
            project=p,
            lines=[
                Cost("materials", 20_000_000, 5_000_000, 0, "센서와 보드 20대"),
                Cost("personnel", 30_000_000, 5_000_000, 5_000_000, "연구원 2명 5개월"),
                Cost("fees", 10_000_000),
            ],
        )
        actions.approve_budget(actor=m.poc.coordinator, budget=actions.submit_budget(actor=m.poc.ceo, budget=bud))
        m.register()
        m.paid(1)
        pay = m.approve(m.request(m.earn(2)))
        for lang, width in (("ko", 1280), ("en", 390)):
            shoot("staff", "project", p.pk, lang=lang, width=width)
            shoot("staff", "list", lang=lang, width=width)
            shoot("coordinator", "list", lang=lang, width=width)
            shoot("coordinator", "disbursement", pay.pk, lang=lang, width=width)
            shoot("second_manager", "release", pay.pk, lang=lang, width=width)
            shoot("auditor", "challenge", p.challenge.slug, lang=lang, width=width)
            shoot("auditor", "entries", p.challenge.slug, lang=lang, width=width)
            shoot("coordinator", "verify", m.account.pk, lang=lang, width=width)
            shoot("ceo", "account", m.account.pk, lang=lang, width=width)
        b.close()
    from django.utils.translation import override

    from didimdol.funding import statements
    from didimdol.design import pdf as P
    from django.utils.translation import override
    import typst
    from pathlib import Path
    real = typst.compile
    pages = {}
    def png(*a, **k):
        out = real(*a, format="png", ppi=70, **k)
        pages["last"] = out if isinstance(out, list) else [out]
        return b""
    P.typst.compile = png
    for lang in ("ko","en"):
        with override(lang):
            for name, st in (("project", statements.of_project(p)), ("challenge", statements.of_challenge(p.challenge))):
                statements.as_pdf(st)
                for n, page in enumerate(pages["last"]):
                    Path(f"/tmp/look_d/pdf_{name}_{lang}_{n}.png").write_bytes(page)
    P.typst.compile = real
