from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "didimdol.funding"
    label = "funding"

    def ready(self) -> None:
        from didimdol.funding import accounts, links, receivers, states  # noqa: F401  (the tables register themselves)
        from didimdol.projects import signals

        accounts.register()
        signals.project_signed.connect(receivers.on_signed)
        signals.milestone_approved.connect(receivers.on_milestone_approved)
        signals.project_ended.connect(receivers.on_ended)
        links.register()
