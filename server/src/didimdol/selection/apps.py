from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "didimdol.selection"
    label = "selection"

    def ready(self) -> None:
        from didimdol.applications import ports as application_ports
        from didimdol.evaluation import ports as evaluation_ports
        from didimdol.selection import links, queries

        evaluation_ports.passed_to_stage.fill(queries.passed_to_stage)
        application_ports.standing.fill(queries.standing)
        links.register()
