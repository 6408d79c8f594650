"""The folder of real files, where there is one."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder named by CQRS_PORTAL_DATA; without one the test is skipped, and says so."""
    folder = os.environ.get("CQRS_PORTAL_DATA")
    if not folder:
        pytest.skip("CQRS_PORTAL_DATA does not name a folder of real data.")
    if not Path(folder).is_dir():
        pytest.skip(f"CQRS_PORTAL_DATA names {folder}, which is not a folder.")
    return Path(folder)
