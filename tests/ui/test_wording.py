from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ui import wording


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1234.56"), "£1,234.56"),
        (Decimal("-12"), "\u2212£12.00"),
        (Decimal("0"), "£0.00"),
        (Decimal("-0.00"), "£0.00"),
        (Decimal("318204.1"), "£318,204.10"),
        (Decimal("1000000"), "£1,000,000.00"),
        (7, "£7.00"),
        (None, ""),
    ],
)
def test_money_is_shown_in_pounds_to_the_penny(amount: Decimal | int | None, shown: str) -> None:
    assert wording.money(amount) == shown


def test_money_finer_than_a_penny_is_refused_rather_than_rounded_on_screen() -> None:
    with pytest.raises(ValueError, match=r"735\.355 is finer than a penny"):
        wording.money(Decimal("735.355"))


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError):
        wording.money(1.5)  # type: ignore[arg-type]


def test_dates_are_long_on_pages_and_dense_in_tables() -> None:
    day = date(2021, 10, 1)

    assert wording.long_date(day) == "1 October 2021"
    assert wording.dense_date(day) == "01/10/2021"
    assert wording.month(day) == "October 2021"
    assert wording.long_date(None) == wording.dense_date(None) == wording.month(None) == ""


def test_moments_are_told_in_london() -> None:
    winter = datetime(2021, 12, 9, 14, 2, tzinfo=UTC)
    summer = datetime(2021, 6, 30, 23, 30, tzinfo=UTC)

    assert wording.moment(winter) == "9 December 2021, 14:02"
    assert wording.moment(summer) == "1 July 2021, 00:30"
    assert wording.dense_moment(summer) == "01/07/2021 00:30"


def test_a_period_names_both_days_and_leaves_an_open_end_empty() -> None:
    assert wording.period(date(2021, 10, 1), date(2021, 10, 31)) == "01/10/2021 - 31/10/2021"
    assert wording.period(date(2021, 9, 16), None) == "16/09/2021 -"


def test_numbers_are_grouped_and_keep_their_decimals() -> None:
    assert wording.number(12055) == "12,055"
    assert wording.number(Decimal("4060.75")) == "4,060.75"
    assert wording.number(-3) == "\u22123"


def test_counts_agree_with_their_noun() -> None:
    assert wording.count(1, "achievement") == "1 achievement"
    assert wording.count(1412, "achievement") == "1,412 achievements"
    assert wording.count(2, "practice of", "practices of") == "2 practices of"


def test_lists_read_as_people_say_them() -> None:
    assert wording.listed([]) == ""
    assert wording.listed(["day"]) == "day"
    assert wording.listed(["day", "month", "year"]) == "day, month and year"
    assert wording.listed(["day", "month"], "or") == "day or month"


def test_labels_keep_their_capitals_inside_a_sentence_where_they_are_abbreviations() -> None:
    assert wording.in_sentence("End date") == "end date"
    assert wording.in_sentence("Current Password") == "current password"
    assert wording.in_sentence("PCN") == "PCN"
    assert wording.in_sentence("Org ID") == "Org ID"
