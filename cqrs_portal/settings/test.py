"""The suite: training settings on a cluster of its own; tasks run only where a test starts a real worker."""

from __future__ import annotations

import os
import re

from cqrs_portal.settings import base, training
from cqrs_portal.settings.training import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
BUSINESS_CLOCK_FILE = os.environ.get("CQRS_PORTAL_CLOCK", "")
ACCOUNT_RATE_LIMITS = False  # the suite signs in far more often than a person
SECOND_FACTOR_REQUIRED = False  # people of factories have no phone; tests of the second factor switch it on
MFA_FORMS, MFA_TOTP_TOLERANCE = base.MFA_FORMS, base.MFA_TOTP_TOLERANCE  # training's show the code
DATABASES = {"default": base.DATABASES["default"] | {"CONN_MAX_AGE": 0}}  # a database in use cannot be dropped
API_RATE = "1000000/min"  # a test of the rate sets its own
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Each of pytest's worker processes has a broker of its own, so that none delivers another's messages. The address they
# inherit is the one that the process which started them has made its own.
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw"))
CELERY_BROKER_URL = re.sub(r"virtual_host=\d+", f"virtual_host={_process + 2}", training.CELERY_BROKER_URL)
os.environ["CELERY_BROKER_URL"] = CELERY_BROKER_URL  # Celery reads this first
