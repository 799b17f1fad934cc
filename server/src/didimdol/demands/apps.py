from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "didimdol.demands"
    label = "demands"

    def ready(self) -> None:
        from didimdol.demands import notice, states  # noqa: F401  (the table registers itself)
        from didimdol.programmes import pages

        pages.add_sections(notice.sections)
        pages.add_links(notice.links)
