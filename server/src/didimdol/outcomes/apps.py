from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "didimdol.outcomes"
    label = "outcomes"

    def ready(self) -> None:
        from didimdol.outcomes import labels, receiving
        from didimdol.projects.signals import project_ended, project_signed

        project_signed.connect(receiving.begin)
        project_ended.connect(receiving.end)
        labels.register()
