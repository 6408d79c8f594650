"""The portal as people meet it: a browser, a web server, a real worker, the training data."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.commands import set_training_second_factor
from accounts.models import User
from accounts.queries import needs_second_factor
from core import clock
from core.actors import SYSTEM
from cqrs_portal.settings import training as training_settings
from cqrs_portal.training.people import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30


@pytest.fixture
def training_clock(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    """The clock file that this test's processes share, standing on 11 December 2021."""
    settings.BUSINESS_CLOCK_FILE = str(tmp_path / "business-clock")
    clock.set_training_clock(date(2021, 12, 11))
    return Path(settings.BUSINESS_CLOCK_FILE)


@pytest.fixture
def second_factor(settings) -> None:  # type: ignore[no-untyped-def]
    """As in a training portal: approvers and administrators sign in with a code, which the page fills in."""
    settings.SECOND_FACTOR_REQUIRED = True
    settings.MFA_FORMS = training_settings.MFA_FORMS
    settings.MFA_TOTP_TOLERANCE = training_settings.MFA_TOTP_TOLERANCE


@pytest.fixture
def training(transactional_db: None, training_clock: Path, copies: Any) -> None:
    """The training data of the specification's stories; who needs a second factor has one where it is asked for."""
    copies.fill_with_training()
    set_training_second_factor([user for user in User.objects.all() if needs_second_factor(user)], by=SYSTEM)


@pytest.fixture
def worker(transactional_db: None, training_clock: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker on this test's database and broker; ended by its id."""
    empty_the_broker()
    with running(
        "worker", "--pool", "solo", "--without-gossip", "--without-mingle", clock_file=training_clock, log=tmp_path
    ) as process:
        wait_until_ready(process, tmp_path / "worker.log")
        yield process


def empty_the_broker() -> None:
    """Messages of earlier tests name rows that are gone: this test's worker need not work through them."""
    with current_app.connection_for_write() as broker:
        for queue in settings.CELERY_TASK_QUEUES:
            broker.default_channel.queue_purge(queue.name)


def wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while " ready." not in log.read_text():
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < end, f"not ready: {log.read_text()[-3000:]}"
        time.sleep(0.1)


class running:
    """A Celery process of this test: `worker` or `beat`, with its log beside."""

    def __init__(self, kind: str, *options: str, clock_file: Path, log: Path, **environment: str) -> None:
        self.command = [sys.executable, "-m", "celery", "-A", "cqrs_portal", kind, "--loglevel", "INFO", *options]
        self.log = log / f"{kind}.log"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "cqrs_portal.settings.training",
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
            "CQRS_PORTAL_CLOCK": str(clock_file),
            **environment,
        }
        self.environment.pop("PYTEST_XDIST_WORKER", None)

    def __enter__(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def database_url() -> str:
    """The address of this test's own database, for other processes."""
    given = connection.settings_dict
    host = given["HOST"] or given["OPTIONS"].get("host", "")
    return f"postgresql://{given['USER']}@/{quote(given['NAME'])}?host={quote(host)}"


class Person:
    """Somebody at the browser: signs in and out, reads, presses."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def signs_in(self, email: str) -> None:
        self.page.goto(f"{self.address}/account/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        if "/2fa/" in self.page.url:
            self.page.get_by_role("button", name="Sign in").click()  # the code is filled in
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Home")

    def signs_out(self) -> None:
        self.page.get_by_role("button", name="Sign out").or_(
            self.page.get_by_role("link", name="Sign out")
        ).first.click()
        confirm = self.page.get_by_role("main").get_by_role("button", name="Sign out")
        if confirm.count():
            confirm.click()

    def reads(self, text: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def ticks(self, *names: str) -> None:
        for name in names:
            self.page.get_by_label(f"Select {name}", exact=True).check()

    def looks_again_until(self, text: str, seconds: float = 10) -> float:
        """Reloads until the page says it; answers how long that took, in seconds."""
        start = time.monotonic()
        while text not in self.page.get_by_role("main").inner_text():
            assert time.monotonic() < start + seconds, f"never said: {text}"
            self.page.wait_for_timeout(100)
            self.page.reload()
        return time.monotonic() - start


@pytest.fixture
def person(page: Page, live_server) -> Person:  # type: ignore[no-untyped-def]
    return Person(page, live_server.url)
