"""A mail server for tests: real SMTP on loopback, kept as small as the protocol allows."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest


class MailServer:
    """What arrived is in `received`. `answers` go to recipients in turn, in place of 250, while there are any.

    It goes away and comes back where it was.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answers: list[str] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> MailServer:
        self._thread.start()
        self.comes_back()
        return self

    def comes_back(self) -> None:
        """At its port; the first time, at one that nobody has."""
        server = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(server, self._loop).result(5)
        self.port = self._server.sockets[0].getsockname()[1]

    def goes_away(self) -> None:
        """Nobody listens at its port any more."""

        async def close() -> None:
            self._server.close()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(5)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _say(writer, "220 tests")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(maxsplit=1)[0].upper()
            if verb == "DATA":
                await _say(writer, "354 go on")
                self.received.append(await _message(reader))
            await _say(writer, self._answer(verb))
            if verb == "QUIT":
                break
        writer.close()

    def _answer(self, verb: str) -> str:
        if verb == "RCPT" and self.answers:
            return self.answers.pop(0)
        return "221 bye" if verb == "QUIT" else "250 tests"


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())
    await writer.drain()


async def _message(reader: asyncio.StreamReader) -> Any:
    lines = []
    while (line := await reader.readline()) != b".\r\n":
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return message_from_bytes(b"".join(lines), policy=policy.default)


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server that is there, and that the portal is set to."""
    server = MailServer().start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield server
    server.stop()
