from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "didimdol.evaluation"
    label = "evaluation"

    def ready(self) -> None:
        from didimdol.applications import ports
        from didimdol.evaluation import labels, queries, rules, states  # noqa: F401  (tables and words register themselves)

        ports.evaluator_may_open.fill(rules.evaluator_may_open)
        ports.evaluator_sees.fill(queries.evaluator_sees)
