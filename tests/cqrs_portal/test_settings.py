"""Production settings refuse what must not run in production; training settings listen to loopback alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "portal.example",
    "DATABASE_URL": "postgresql://portal@database/cqrs_portal",
    "REDIS_URL": "redis://redis:6379/0",
}


ASKED = "SESSION_COOKIE_SECURE"


def started_with(**environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.production", "PATH": os.environ["PATH"], "ASKED": ASKED}
    code = (
        "import django, os; django.setup(); from django.conf import settings as s; "
        "print(s.DEBUG, *(getattr(s, name) for name in os.environ['ASKED'].split()))"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=settings | environment,
        capture_output=True,
        text=True,
    )


def test_production_starts_with_everything_given():
    done = started_with(**GOOD)

    assert done.stdout.split() == ["False", "True"], done.stderr


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "training-only-" + "k" * 50}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "django-insecure-" + "k" * 50}, "SECRET_KEY must be set"),
        ({"DEBUG": "1"}, "DEBUG must not be set"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must name"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must be set"),
        ({"REDIS_URL": ""}, "REDIS_URL must be set"),
    ],
)
def test_production_refuses_a_default_and_says_which(change, sentence):
    done = started_with(**GOOD | change)

    assert done.returncode != 0
    assert sentence in done.stderr


def test_openid_connect_is_switched_on_by_three_variables():
    given = {"OIDC_SERVER": "https://identity.example", "OIDC_CLIENT_ID": "portal", "OIDC_SECRET": "s"}

    assert started_with(**GOOD | given).returncode == 0


def test_the_training_sign_ins_exist_in_training_alone():
    done = subprocess.run(
        [sys.executable, "manage.py", "training_sign_ins"],
        cwd=ROOT,
        env=GOOD
        | {"DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.production", "PATH": os.environ["PATH"], "ASKED": ASKED},
        capture_output=True,
        text=True,
    )

    assert done.returncode != 0
    assert "training" in done.stderr.lower()
