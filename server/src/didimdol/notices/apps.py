from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "didimdol.notices"
    label = "notices"

    def ready(self) -> None:
        from didimdol.kernel.action import notice_sink
        from didimdol.notices import rules, sinks  # noqa: F401  (rules registers its reasons)

        notice_sink.fill(sinks.receive)
