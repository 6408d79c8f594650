"""A cache that nobody waits for: with Redis away, nothing is found and nothing is kept, and the request goes on."""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, TimeoutError

log = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; a lost connection is logged, never raised. Rate limits then count nothing for a while."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, super().get, key, default, version)

    def set(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        self._or(None, super().set, key, value, timeout, version)

    def add(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        return bool(self._or(True, super().add, key, value, timeout, version))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._or(False, super().delete, key, version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._or(delta, super().incr, key, delta, version))

    def _or(self, otherwise: Any, ask: Any, *given: Any) -> Any:
        try:
            return ask(*given)
        except (ConnectionError, TimeoutError) as error:
            log.warning("The cache did not answer (%s); the request goes on without it.", error)
            return otherwise
