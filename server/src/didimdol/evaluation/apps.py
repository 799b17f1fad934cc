from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "didimdol.evaluation"
    label = "evaluation"

    def ready(self) -> None:
        from didimdol.applications import ports
        from didimdol.applications.signals import application_withdrawn
        from didimdol.evaluation import (  # noqa: F401  (tables and words register themselves)
            draw_states,
            labels,
            notice,
            queries,
            rules,
            session_links,
            session_states,
            states,
            withdrawals,
        )
        from didimdol.evaluation.signals import ballots_settled
        from didimdol.programmes import pages
        from didimdol.programmes.ports import stages_assigned

        ports.evaluator_may_open.fill(rules.evaluator_may_open)
        ports.evaluator_sees.fill(queries.evaluator_sees)
        pages.add_sections(notice.sections)
        pages.add_links(session_links.of_challenge)
        stages_assigned.fill(queries.stages_assigned)
        application_withdrawn.connect(withdrawals.close_waits)
        ballots_settled.connect(withdrawals.panels_settled)
