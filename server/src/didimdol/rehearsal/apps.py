from django.apps import AppConfig
from django.conf import settings


class RehearsalConfig(AppConfig):
    name = "didimdol.rehearsal"
    label = "rehearsal"

    def ready(self) -> None:
        from didimdol.programmes.pages import add_links
        from didimdol.rehearsal import labels, links  # noqa: F401  (labels register themselves)

        add_links(links.links)
        if not settings.DEVELOPMENT:
            return
        from didimdol.people import ports
        from didimdol.rehearsal import demo

        ports.demo_accounts.fill(demo.accounts_that_exist)
