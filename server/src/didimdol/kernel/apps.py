from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    name = "didimdol.kernel"
    label = "kernel"

    def ready(self) -> None:
        from didimdol.kernel import checks, guard, worker  # noqa: F401  (checks and worker register themselves)

        # After every migrate, every audited table gets its guard; nobody has to remember a migration for it.
        post_migrate.connect(guard.install_after_migrate, sender=self)
        connection_created.connect(guard.take_application_role)
