"""The suite: training settings on a cluster of its own; tasks run only where a test starts a real worker."""

from __future__ import annotations

import os

from cqrs_portal.settings import training
from cqrs_portal.settings.training import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
BUSINESS_CLOCK_FILE = os.environ.get("CQRS_PORTAL_CLOCK", "")
ACCOUNT_RATE_LIMITS = False  # the suite signs in far more often than a person
API_RATE = "1000000/min"  # a test of the rate sets its own
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Each of pytest's worker processes has a broker of its own, so that none delivers another's messages.
_process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
CELERY_BROKER_URL = training.CELERY_BROKER_URL.replace("virtual_host=0", f"virtual_host={int(_process) + 1}")
os.environ["CELERY_BROKER_URL"] = CELERY_BROKER_URL  # Celery reads this first
