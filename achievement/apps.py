from django.apps import AppConfig


class AchievementConfig(AppConfig):
    name = "achievement"

    def ready(self) -> None:
        from achievement import handlers, rules, tasks  # noqa: F401
