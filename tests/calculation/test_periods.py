from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculation.periods import (
    NOTHING,
    WHOLE,
    Days,
    PartPeriod,
    PaymentPeriod,
    Share,
    financial_year,
    month_end,
    period_ends,
    period_of,
    share_of_period,
)

SEPTEMBER = Days.inclusive(date(2021, 9, 1), date(2021, 9, 30))
SERVICE = Days.inclusive(date(2020, 4, 1), date(2022, 3, 31))
LAST_DAY = date(2021, 9, 30)
REJOINED = [
    Days.inclusive(date(2019, 10, 1), date(2020, 4, 1)),
    Days.inclusive(date(2021, 9, 16), None),
]


@pytest.mark.parametrize(
    "mode, share",
    [(PartPeriod.LAST_DAY, WHOLE), (PartPeriod.FIRST_DAY, NOTHING), (PartPeriod.DAILY, Share(15, 30))],
)
def test_a_joiner_in_the_middle_of_a_month_earns_as_the_mode_says(mode, share):
    assert share_of_period(mode, SEPTEMBER, REJOINED, LAST_DAY) == share


@pytest.mark.parametrize(
    "mode, share",
    [(PartPeriod.LAST_DAY, NOTHING), (PartPeriod.FIRST_DAY, WHOLE), (PartPeriod.DAILY, Share(10, 30))],
)
def test_a_leaver_in_the_middle_of_a_month_earns_as_the_mode_says(mode, share):
    left = [Days.inclusive(date(2019, 7, 1), date(2021, 9, 10))]

    assert share_of_period(mode, SEPTEMBER, left, LAST_DAY) == share


@pytest.mark.parametrize("mode", PartPeriod)
def test_a_member_throughout_earns_the_whole(mode):
    share = share_of_period(mode, SEPTEMBER, [Days(date(2019, 7, 1), None)], LAST_DAY)

    assert share.fraction == 1


@pytest.mark.parametrize("mode", PartPeriod)
def test_a_membership_of_zero_length_earns_nothing(mode):
    share = share_of_period(mode, SEPTEMBER, [Days(LAST_DAY, LAST_DAY)], LAST_DAY)

    assert share.fraction == 0


@pytest.mark.parametrize("mode", PartPeriod)
def test_no_membership_earns_nothing(mode):
    assert share_of_period(mode, SEPTEMBER, [], LAST_DAY).fraction == 0


def test_a_closing_practice_is_judged_on_its_closing_date():
    closed = [Days.inclusive(date(2019, 7, 1), date(2021, 9, 20))]

    share = share_of_period(PartPeriod.LAST_DAY, SEPTEMBER, closed, date(2021, 9, 20))

    assert share == WHOLE


def test_days_in_two_memberships_count_once():
    held = [Days.inclusive(date(2021, 9, 1), date(2021, 9, 12)), Days.inclusive(date(2021, 9, 11), date(2021, 9, 15))]

    share = share_of_period(PartPeriod.DAILY, SEPTEMBER, held, LAST_DAY)

    assert share.fraction == Fraction(1, 2)


_days = st.dates(date(2021, 8, 1), date(2021, 11, 1))
_ranges = st.tuples(_days, st.integers(min_value=0, max_value=60)).map(
    lambda pair: Days(pair[0], pair[0] + timedelta(days=pair[1]))
)


@given(st.lists(_ranges, max_size=5))
def test_daily_shares_agree_with_counting_day_by_day(memberships):
    days = [date(2021, 9, day) for day in range(1, 31)]

    share = share_of_period(PartPeriod.DAILY, SEPTEMBER, memberships, LAST_DAY)

    assert share == Share(sum(any(day in held for held in memberships) for day in days), 30)


def test_an_achievement_date_outside_the_period_is_refused():
    with pytest.raises(ValueError, match="2021-10-31 is outside"):
        share_of_period(PartPeriod.LAST_DAY, SEPTEMBER, [], date(2021, 10, 31))


def test_a_period_without_an_end_is_refused():
    with pytest.raises(ValueError, match="first and a last day"):
        share_of_period(PartPeriod.LAST_DAY, Days(date(2021, 9, 1), None), [], LAST_DAY)


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before they start"):
        Days(date(2021, 9, 16), date(2021, 9, 15))


@pytest.mark.parametrize("days, of, error", [(31, 30, ValueError), (-1, 30, ValueError), (0, 0, ValueError)])
def test_a_share_beyond_the_whole_is_refused(days, of, error):
    with pytest.raises(error):
        Share(days, of)


def test_a_share_of_parts_of_days_is_refused():
    with pytest.raises(TypeError):
        Share(0.5, 30)


def test_a_range_knows_its_last_day():
    assert (SEPTEMBER.last, Days(None, None).last) == (LAST_DAY, None)


@pytest.mark.parametrize(
    "payment_period, first, last",
    [
        (PaymentPeriod.MONTHLY, date(2021, 2, 1), date(2021, 2, 28)),
        (PaymentPeriod.QUARTERLY, date(2021, 1, 1), date(2021, 3, 31)),
        (PaymentPeriod.ANNUAL, date(2020, 4, 1), date(2021, 3, 31)),
        (PaymentPeriod.ONE_OFF, date(2020, 4, 1), date(2022, 3, 31)),
    ],
)
def test_a_day_lies_in_the_period_of_its_financial_year(payment_period, first, last):
    period = period_of(date(2021, 2, 14), payment_period, SERVICE)

    assert period == Days.inclusive(first, last)


def test_a_period_is_cut_to_the_dates_of_the_service():
    service = Days.inclusive(date(2019, 7, 1), date(2020, 3, 31))

    period = period_of(date(2019, 9, 1), PaymentPeriod.ANNUAL, service)

    assert period == service


def test_a_two_year_monthly_service_has_24_month_ends():
    ends = list(period_ends(PaymentPeriod.MONTHLY, SERVICE))

    assert (len(ends), ends[0], ends[-1]) == (24, date(2020, 4, 30), date(2022, 3, 31))
    assert all(day == month_end(day) for day in ends)


def test_a_two_year_quarterly_service_has_eight_quarter_ends():
    ends = list(period_ends(PaymentPeriod.QUARTERLY, SERVICE))

    assert ends[:2] == [date(2020, 6, 30), date(2020, 9, 30)]
    assert len(ends) == 8


@pytest.mark.parametrize(
    "day, year",
    [(date(2021, 3, 31), "2020/21"), (date(2021, 4, 1), "2021/22"), (date(2000, 1, 1), "1999/00")],
)
def test_a_financial_year_starts_on_1_april(day, year):
    assert financial_year(day) == year
