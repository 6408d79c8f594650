from importlib import import_module

from django.apps import AppConfig


class SubmissionConfig(AppConfig):
    name = "submission"

    def ready(self) -> None:
        import_module("submission.rules")
        import_module("submission.queries.open_items")
