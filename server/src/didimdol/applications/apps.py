from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "didimdol.applications"
    label = "applications"

    def ready(self) -> None:
        from didimdol.applications import labels, notice, queries, signals, tasks  # noqa: F401  (labels and tasks register themselves)
        from didimdol.programmes import pages
        from didimdol.programmes.ports import applicants_of
        from didimdol.programmes.signals import evaluation_started
        from didimdol.verification.signals import job_finished

        applicants_of.fill(queries.applicants_of)
        pages.add_links(notice.links)
        evaluation_started.connect(signals.call_is_over, dispatch_uid="applications.call_is_over")
        job_finished.connect(signals.tell_refused, dispatch_uid="applications.tell_refused")
