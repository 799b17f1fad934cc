from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "didimdol.ledger"
    label = "ledger"

    def ready(self) -> None:
        from didimdol.ledger import labels

        labels.register()
