"""The portal on one machine, with invented people and places and a clock of its own. Loopback only."""

from __future__ import annotations

import os
from pathlib import Path

from cqrs_portal.settings.base import *
from cqrs_portal.settings.base import BASE_DIR, env

TRAINING = True
SECRET_KEY = env.str("SECRET_KEY", default="training-only-not-a-secret-this-portal-listens-on-loopback-alone")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

STATE_DIR = Path(os.environ.get("CQRS_PORTAL_STATE") or BASE_DIR / ".state")
BUSINESS_CLOCK_FILE = os.environ.get("CQRS_PORTAL_CLOCK") or str(STATE_DIR / "business-clock")

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
