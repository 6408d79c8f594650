"""The content of a definition that pays by capitation, and of one that pays by the item."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
import yaml

from catalogue.formats import read_definition
from tests.catalogue.contents import CLINICAL_DIRECTOR, ITEM_SERVICE


@pytest.fixture
def content():
    return deepcopy(read_definition(CLINICAL_DIRECTOR).content)


@pytest.fixture
def item_content(content):
    del content["expected_members"]
    return content | json.loads(json.dumps(yaml.safe_load(ITEM_SERVICE), default=str))
