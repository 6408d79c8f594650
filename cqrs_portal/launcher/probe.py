"""A container's health check: `python -m cqrs_portal.launcher.probe ADDRESS` ends with 0 if the address answers 200."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request


def probe(address: str, hosts: str) -> bool:
    """True if `address` answers 200 when asked for under the first of the comma-separated `hosts`, as if over TLS."""
    headers = {"X-Forwarded-Proto": "https"}
    host = hosts.split(",", maxsplit=1)[0].strip().lstrip(".")
    request = urllib.request.Request(address, headers=headers | ({"Host": host} if host else {}))
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


if __name__ == "__main__":
    sys.exit(0 if probe(sys.argv[1], os.environ.get("ALLOWED_HOSTS", "")) else 1)
