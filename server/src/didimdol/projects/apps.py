from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "didimdol.projects"
    label = "projects"

    def ready(self) -> None:
        from didimdol.projects import links, milestone_links, receivers, rules
        from didimdol.selection import ports as selection_ports
        from didimdol.selection import signals

        selection_ports.may_give_up.fill(rules.may_give_up)
        signals.place_matched.connect(receivers.matched)
        signals.place_ended.connect(receivers.place_over)
        links.register()
        milestone_links.register()
