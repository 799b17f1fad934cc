from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "didimdol.selection"
    label = "selection"

    def ready(self) -> None:
        from didimdol.applications import ports as application_ports
        from didimdol.applications.signals import application_withdrawn
        from didimdol.demands.signals import demand_withdrawn
        from didimdol.evaluation import ports as evaluation_ports
        from didimdol.evaluation.signals import ballots_settled, round_opened
        from didimdol.selection import handing_over, links, queries, remarking
        from didimdol.selection.actions.meetings import demand_withdrawn as meetings_left
        from didimdol.selection.actions.places import application_left, demand_left

        evaluation_ports.passed_to_stage.fill(queries.passed_to_stage)
        evaluation_ports.after_closing.fill(handing_over.ranking_to_compute)
        evaluation_ports.links_of_round.fill(links.of_round)
        round_opened.connect(handing_over.stage_opened)
        application_ports.standing.fill(queries.standing)
        application_withdrawn.connect(application_left)
        demand_withdrawn.connect(demand_left)
        ballots_settled.connect(remarking.ballots_settled)
        application_withdrawn.connect(remarking.application_left)
        demand_withdrawn.connect(meetings_left)
        links.register()
