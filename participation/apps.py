from importlib import import_module

from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    name = "participation"

    def ready(self) -> None:
        import_module("participation.rules")
        import_module("participation.handlers")
        import_module("participation.tasks")
        import_module("participation.views.sections")
        import_module("participation.queries.closures")
