"""What the synthetic services pay: the Clinical Director payment, with rates and lists for all their years."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from catalogue import formats

DEFINITIONS = Path(formats.__file__).parents[1] / "definitions"
DEFINITION = DEFINITIONS / "primary-care-networks-calculations-2020-22-clinical-director-payment.yaml"
YEARS = range(2018, 2022)


def content() -> dict[str, Any]:
    """A definition that pays by capitation on each month's last day."""
    found = deepcopy(dict(formats.read_definition(DEFINITION).content))
    years = [f"{year}/{(year + 1) % 100:02d}" for year in YEARS]
    found |= {"start_date": f"{YEARS[0]}-04-01", "financial_years": years}
    rate, listed = found["calculation"]["rates"][-1], found["calculation"]["population"]["dates"][-1]
    found["calculation"]["rates"] = [rate | {"start_date": "2018-04-01", "end_date": "2022-03-31"}]
    found["calculation"]["population"]["dates"] = [
        listed | {"financial_year": name, "date": f"{year}-01-01"} for year, name in zip(YEARS, years, strict=True)
    ]
    return found
