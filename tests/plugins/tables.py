"""What long tests measured, shown at the end whether they passed or not: `record_property("table", text)`."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, text in report.user_properties:
                if name == "table" and report.when == "call":
                    terminalreporter.section(report.nodeid.rpartition("::")[2], sep="-")
                    terminalreporter.write_line(str(text))
