from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "didimdol.verification"
    label = "verification"

    def ready(self) -> None:
        from didimdol.verification import names, states  # noqa: F401  (the table and the names register themselves)
