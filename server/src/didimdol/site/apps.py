from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "didimdol.site"
    label = "site"

    def ready(self) -> None:
        from didimdol.kernel import pages
        from didimdol.site.frame import frame

        pages.frame.fill(frame)
