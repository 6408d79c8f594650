"""A real browser for tests: Debian's Chromium through Playwright, and eyes that look at the page it shows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

from cqrs_portal.launcher.browser import find_browser
from tests.plugins.markup import flaws

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's sync API keeps an event loop running

WIDE, NARROW = 1280, 360
HEIGHT = 900
PATIENCE = 10_000  # milliseconds that a click or a text is waited for
AXE = Axe()

SETTLED = """async () => {
    const source = document.querySelector("script[data-design-system]")?.dataset.designSystem;
    if (source) await import(new URL(source, location.href));
    for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame);
}"""
"""The design system has begun, and its header has folded its tabs: a frame after each change of what it measures."""


class Eyes:
    """Looks at the page in the browser as a careful person would, and keeps what was wrong.

    `look(name)` checks, wide and at 360 px: axe finds nothing, nothing sticks out sideways, the console is quiet, no
    file is missing, and the markup has no empty labels. With the environment variable CQRS_PORTAL_SCREENSHOTS set to
    a folder, it leaves a picture of each width there.
    """

    def __init__(self, page: Page, folder: Path | None) -> None:
        self.page = page
        self.folder = folder
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("response", self._receive)

    def look(self, name: str, widths: tuple[int, ...] = (WIDE, NARROW)) -> None:
        """Fail with everything that is wrong with the page as it stands, at each width."""
        found = flaws(self.page.content())
        for width in widths:
            found += [flaw for flaw in self._seen_at(width, name) if flaw not in found]
        self.page.set_viewport_size({"width": WIDE, "height": HEIGHT})
        found += self.complaints
        assert not found, f"{name} ({self.page.url}):\n" + "\n".join(found)

    def _seen_at(self, width: int, name: str) -> list[str]:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.wait_for_load_state("load")
        self.page.evaluate(SETTLED)
        if self.folder:
            self.page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        overflow = [f"at {width} px the page is {wide} px wide"] if wide > width else []
        return overflow + [_worded(each) for each in self._violations()]

    def _violations(self) -> list[dict[str, Any]]:
        """What axe finds; it is brought into a page once."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.axe_script)
        found: list[dict[str, Any]] = self.page.evaluate(
            "axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations)"
        )
        return found

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _receive(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status}: {response.url}")


def _worded(violation: dict[str, Any]) -> str:
    places = "; ".join(node["html"][:200] for node in violation["nodes"][:3])
    return f"axe {violation['id']}: {violation['help']}: {places}"


def pytest_configure(config: pytest.Config) -> None:
    """pytest-playwright's own base_url fixture is written in a way that pytest 10 will not take."""
    warning = "ignore:Session-scoped fixtures defined as instance methods:pytest.PytestRemovedIn10Warning"
    config.addinivalue_line("filterwarnings", warning)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium or Chrome; as root it needs --no-sandbox."""
    args = ["--disable-dev-shm-usage", "--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    found = find_browser()
    return {**browser_type_launch_args, "args": args, **({"executable_path": found} if found else {})}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    seen_from = {"locale": "en-GB", "timezone_id": "Europe/London", "viewport": {"width": WIDE, "height": HEIGHT}}
    return {**browser_context_args, **seen_from}


@pytest.fixture
def eyes(page: Page) -> Eyes:
    """Eyes on the test's own page: `eyes.look("home")` after each step."""
    folder = os.environ.get("CQRS_PORTAL_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    page.set_default_timeout(PATIENCE)
    return Eyes(page, Path(folder) if folder else None)
