"""What the pages ask for is there, and nothing licensed or foreign is asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cqrs_portal.launcher.assets import copy_assets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    copy_assets(ROOT / "node_modules", tmp_path / "assets")
    return tmp_path / "assets"


def test_every_address_in_the_styles_leads_to_a_file_that_was_copied(assets: Path):
    styles = assets / "nhsuk" / "nhsuk-frontend.min.css"

    addresses = re.findall(r"url\(\"?([^)\"]+)\"?\)", styles.read_text())

    asked = {address for address in addresses if not address.startswith("data:")}
    assert asked
    assert [address for address in asked if not (styles.parent / address).exists()] == []


def test_the_licensed_font_is_not_asked_for(assets: Path):
    assert "@font-face" not in (assets / "nhsuk" / "nhsuk-frontend.min.css").read_text()


def test_no_file_names_a_source_map_that_is_not_there(assets: Path):
    named = [file.name for file in assets.rglob("*.*s") if "sourceMappingURL" in file.read_text()]

    assert named == []


def test_the_scripts_are_there(assets: Path):
    assert (assets / "nhsuk" / "nhsuk-frontend.min.js").stat().st_size > 10_000
    assert (assets / "htmx" / "htmx.min.js").stat().st_size > 10_000
