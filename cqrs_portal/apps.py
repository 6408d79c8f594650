from django.apps import AppConfig

# Not in the package's __init__: the launcher is imported before anything is installed.
from cqrs_portal.celery import app as celery_app

__all__ = ["PortalConfig", "celery_app"]


class PortalConfig(AppConfig):
    name = "cqrs_portal"
