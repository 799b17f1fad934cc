from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "didimdol.selection"
    label = "selection"

    def ready(self) -> None:
        from didimdol.applications import ports as application_ports
        from didimdol.applications.signals import application_withdrawn
        from didimdol.evaluation import ports as evaluation_ports
        from didimdol.evaluation.signals import round_opened
        from didimdol.selection import handing_over, links, queries
        from didimdol.selection.actions.places import application_left

        evaluation_ports.passed_to_stage.fill(queries.passed_to_stage)
        evaluation_ports.after_closing.fill(handing_over.ranking_to_compute)
        round_opened.connect(handing_over.stage_opened)
        application_ports.standing.fill(queries.standing)
        application_withdrawn.connect(application_left)
        links.register()
