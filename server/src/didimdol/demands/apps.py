from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "didimdol.demands"
    label = "demands"

    def ready(self) -> None:
        from didimdol.demands import labels, notice, signals, states  # noqa: F401  (table and labels register themselves)
        from didimdol.programmes import pages
        from didimdol.programmes.signals import evaluation_started

        pages.add_sections(notice.sections)
        pages.add_links(notice.links)
        evaluation_started.connect(signals.call_is_over, dispatch_uid="demands.call_is_over")
