from django.apps import AppConfig


class AchievementConfig(AppConfig):
    name = "achievement"

    def ready(self) -> None:
        from achievement import handlers, tasks  # noqa: F401
        from achievement.queries import held_up, open_items  # noqa: F401
        from achievement.rules import figures_locked, hold_figures
        from submission.rules import register_lock

        register_lock(figures_locked, hold_figures)
