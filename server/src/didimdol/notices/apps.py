from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "didimdol.notices"
    label = "notices"

    def ready(self) -> None:
        from didimdol.kernel.action import notice_sink
        from didimdol.notices import labels, rules, sinks  # noqa: F401  (reasons and words register themselves)

        notice_sink.fill(sinks.receive)
