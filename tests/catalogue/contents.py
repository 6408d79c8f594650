"""Contents of definitions to change, and what is wrong with them then."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue import formats
from catalogue.formats import DefinitionRefused, definition_from

DEFINITIONS = Path(formats.__file__).parents[1] / "definitions"
CLINICAL_DIRECTOR = DEFINITIONS / "primary-care-networks-calculations-2020-22-clinical-director-payment.yaml"

ITEM_SERVICE = """
code: ITEM-2021-22
financial_years: [2021/22]
start_date: 2021-07-01
entry_mode: manual
collection_frequency: monthly
entry_closes_after_days: {value: 12, source: Test.}
paid_to: practice
aggregates: nothing
no_declaration_required: false
offers: {accepted_by: answer, approval_required: true}
calculation:
  method: item
  counts: {one: referral, many: referrals}
  counted_field: [WM, WM001, COUNT]
  priced_on: achievement_date
  fees:
    - {start_date: 2021-07-01, end_date: 2022-03-31, amount: "11.50", source: Test.}
  limit: {kind: allocation, over: payment_period, source: Test.}
indicator_groups:
  - code: WM
    name: Weight management
    fields: [{code: NOTE, name: Note, kind: count, required: false}]
    indicators:
      - code: WM001
        name: Referrals to weight management services
        class: payment
        level_of_entry: practice
        fields: [{code: COUNT, name: Referrals, kind: count, required: true}]
golden_cases:
  - {name: Above it, achievement_date: 2021-11-30, count: 37, limit: 30, expected: "345.00", source: Test.}
"""


def changed(content, path, value):
    """Put one value into a definition's content; the path as (name, position, name)."""
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


def problems_of(content):
    with pytest.raises(DefinitionRefused) as refused:
        definition_from(content)
    return {problem.path: problem.rule for problem in refused.value.problems}
