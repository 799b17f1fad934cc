from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "didimdol.api"
    label = "api"

    def ready(self) -> None:
        from didimdol.api import labels, listening, states  # noqa: F401  (tables and labels register themselves)
        from didimdol.records.signals import events_appended

        events_appended.connect(listening.heard)
