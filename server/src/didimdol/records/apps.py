from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "didimdol.records"
    label = "records"

    def ready(self) -> None:
        from didimdol.kernel.action import audit_sink
        from didimdol.kernel.pages import access_logged
        from didimdol.records import chain, opening, rules  # noqa: F401  (rules registers its reasons)

        audit_sink.fill(chain.append)
        access_logged.fill(opening.logged)
