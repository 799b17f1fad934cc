from django.apps import AppConfig
from django.conf import settings


class RehearsalConfig(AppConfig):
    name = "didimdol.rehearsal"
    label = "rehearsal"

    def ready(self) -> None:
        if not settings.DEVELOPMENT:
            return
        from didimdol.people import ports
        from didimdol.rehearsal import demo

        ports.demo_accounts.fill(demo.accounts_that_exist)
