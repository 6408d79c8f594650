"""The portal's address: is the port free, and does the portal answer there?"""

from __future__ import annotations

import contextlib
import errno
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from cqrs_portal.embedded.errors import CannotStart
from cqrs_portal.launcher.children import Child, pause, refuse_if_ended

HOST = "127.0.0.1"


def address(port: int) -> str:
    """Where the portal on `port` is found."""
    return f"http://{HOST}:{port}/"


def take_port(port: int) -> socket.socket:
    """Listen on `port` from now on, for the web server to answer later; refuse one that is taken or not ours to use.

    Held all the while, so that of two portals started at once for one port the second says so, at once.
    """
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise CannotStart(_refusal(port, error)) from None
    return taken


def _refusal(port: int, error: OSError) -> str:
    other = f"for example: python3 portal.py --port {port + 1 if 1023 < port < 65535 else 8001}"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program; choose another, {other}"
    if error.errno == errno.EACCES:
        return f"You may not use port {port}; choose one above 1023, {other}"
    return f"Port {port} cannot be used: {error.strerror}; choose another, {other}"


def answers(port: int, timeout: float = 10.0) -> bool:
    """True if the portal's first page (the sign-in page, after a redirect) is there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError, urllib.error.URLError), opener.open(address(port), timeout=timeout) as page:
        return bool(page.status == 200)
    return False


def wait_until_answers(port: int, children: Sequence[Child], seconds: float = 120.0) -> None:
    """Wait for the first page; refuse when a program ends meanwhile, or after `seconds`."""
    end = time.monotonic() + seconds
    while not answers(port, timeout=2):
        refuse_if_ended(children)
        if time.monotonic() > end:
            raise CannotStart(
                f"The portal did not answer within {seconds:.0f} seconds. Its log ends:\n{children[0].last_words()}"
            )
        pause(0.2)
