from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "didimdol.records"
    label = "records"

    def ready(self) -> None:
        from didimdol.kernel.action import audit_sink
        from didimdol.kernel.pages import access_logged
        from didimdol.records import chain, opening, people_labels, rules  # noqa: F401  (they register themselves)

        audit_sink.fill(chain.append)
        access_logged.fill(opening.logged)
