"""The folder of real files, where there is one."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder named by CQRS_PORTAL_DATA, or one beside the checkout that holds data/ods; without either, skipped."""
    folder = os.environ.get("CQRS_PORTAL_DATA") or next(iter(_BESIDE.glob("*/data/ods")), Path("x")).parent
    if not (Path(folder) / "ods").is_dir():
        pytest.skip("No folder of real data: CQRS_PORTAL_DATA names none that holds ods.")
    return Path(folder)
