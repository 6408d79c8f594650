"""The portal's port, and who answers there."""

from __future__ import annotations

import socket

import pytest

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher.web import answers, take_port


@pytest.fixture
def busy() -> socket.socket:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_busy_port_is_named_with_another_to_try(busy: socket.socket):
    port = busy.getsockname()[1]

    with pytest.raises(CannotStart, match=rf"Port {port} is taken by another program; .* --port \d+"):
        take_port(port)


def test_a_free_port_is_ours_from_then_on():
    with take_port(0) as ours:
        port = ours.getsockname()[1]

        with pytest.raises(CannotStart, match="is taken"):
            take_port(port)


def test_a_port_on_which_nobody_speaks_does_not_answer(busy: socket.socket):
    assert not answers(busy.getsockname()[1], timeout=0.2)
