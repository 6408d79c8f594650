"""Databases of a process of the suite: what takes long to fill is filled once, and copied, which takes a tenth of a
second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import connection


class Copies:
    """Copies of the test database `name`: one as it is empty, and one with the training data, once it is asked for."""

    def __init__(self, name: str) -> None:
        self.name, self.empty = name, f"{name}_empty"
        self._training = ""
        _copy(name, self.empty)

    def with_training(self) -> str:
        """The name of a database that holds the training data. Whoever changes it must put it back."""
        if not self._training:
            _copy(self.empty, f"{self.name}_training")
            with self.using(f"{self.name}_training"):
                _load_training()
            self._training = f"{self.name}_training"
        return self._training

    def fill_with_training(self) -> None:
        """The test database itself holds the training data; every process that asks for it by name sees them."""
        _copy(self.with_training(), self.name)

    def empty_again(self) -> None:
        """The test database is as it was made, whatever has been committed to it."""
        _copy(self.empty, self.name)

    @contextmanager
    def using(self, name: str) -> Iterator[None]:
        """The tests, and threads that they start, are connected to this database, and then to their own again."""
        _connect_to(name)
        try:
            yield
        finally:
            _connect_to(self.name)

    def drop(self) -> None:
        for name in filter(None, (self.empty, self._training)):
            with connection._nodb_cursor() as outside:
                outside.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _load_training() -> None:
    """In its own time of need: the portal's modules are read only once Django is set up."""
    from cqrs_portal.training import history

    history.load()


def _copy(source: str, target: str) -> None:
    """`target` becomes a copy of `source`, whatever it was, and whoever was connected to either is so no more."""
    connection.close()
    with connection._nodb_cursor() as outside:
        outside.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [source])
        outside.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        outside.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY file_copy')
    ContentType.objects.clear_cache()


def _connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name  # which the connections of all threads share
    ContentType.objects.clear_cache()
