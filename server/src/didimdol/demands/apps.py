from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "didimdol.demands"
    label = "demands"

    def ready(self) -> None:
        from didimdol.demands import labels, notice, states  # noqa: F401  (table and labels register themselves)
        from didimdol.programmes import pages

        pages.add_sections(notice.sections)
        pages.add_links(notice.links)
