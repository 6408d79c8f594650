"""The image holds what the portal needs, and the compose file no secret."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_every_room_of_the_house_is_in_the_image():
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert set(rooms) - kept == set()


def test_secrets_have_no_default():
    environment = COMPOSE["services"]["web"]["environment"]

    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]


def test_every_service_that_stays_up_says_whether_it_is_well():
    unwell = [name for name, service in COMPOSE["services"].items() if "healthcheck" not in service]

    assert unwell == ["migrate"]


def test_no_service_runs_as_root():
    assert [name for name, service in COMPOSE["services"].items() if service.get("user", "root") in ("root", "0")] == []
