from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from tests.factories.accounts import PASSWORD, UserFactory

NOWHERE = "unix:///nowhere/valkey.sock?db=0"
AWAY = {
    "default": {
        "BACKEND": "cqrs_portal.cache.ForgivingRedisCache",
        "LOCATION": NOWHERE,
        "OPTIONS": {"socket_timeout": 1},
    }
}


def asked(client, address):
    """What the portal answers to a thread of its own, as a web server has: a browser of earlier tests keeps an event
    loop in this one."""

    def get():
        try:
            return client.get(address)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(get).result()


@pytest.mark.django_db
def test_a_web_server_is_well_with_its_database_alone(client):
    with override_settings(CACHES=AWAY):
        answer = asked(client, "/health/")

    assert answer.status_code == 200
    assert "Database" in answer.content.decode()


@pytest.mark.django_db
def test_the_brokers_health_is_asked_for_by_itself(client, monkeypatch):
    assert asked(client, "/health/broker/").status_code == 200

    monkeypatch.setenv("CELERY_BROKER_URL", "redis+socket:///nowhere/valkey.sock?virtual_host=0")
    answer = asked(client, "/health/broker/")

    assert answer.status_code == 500
    assert "The broker does not answer." in answer.content.decode()
    assert "nowhere" not in answer.content.decode()


@pytest.mark.django_db
def test_people_sign_in_while_redis_is_away(client):
    user = UserFactory.create()

    with override_settings(CACHES=AWAY, ACCOUNT_RATE_LIMITS={"login_failed": "5/m/ip"}):
        answer = client.post("/account/login/", {"login": user.email, "password": PASSWORD})

    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_a_cache_that_is_away_finds_and_keeps_nothing():
    with override_settings(CACHES=AWAY):
        cache.set("a", 1)

        assert cache.get("a", "nothing") == "nothing"
        assert cache.add("a", 1) is True
        assert cache.incr("a") == 1
        assert cache.delete("a") is False
