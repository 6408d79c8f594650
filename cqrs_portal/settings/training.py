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

# Nobody in training has a phone: the pages that ask for a code show it, whichever of the last and next minutes'.
MFA_TOTP_TOLERANCE = 10
MFA_FORMS = {
    "authenticate": "cqrs_portal.training.sign_in.TrainingCodeForm",
    "reauthenticate": "cqrs_portal.training.sign_in.TrainingCodeAgainForm",
    "activate_totp": "cqrs_portal.training.sign_in.TrainingSetUpForm",
}

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
