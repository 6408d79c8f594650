from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms

from ui.fields import DateField, MoneyField, WholeNumberField
from ui.forms import PortalForm, refuse_end_before_start


class EndDateForm(PortalForm):
    start_date = DateField()
    end_date = DateField(earliest=date(2020, 4, 1), latest=lambda: date(2022, 3, 31))

    def clean(self) -> dict[str, Any]:
        refuse_end_before_start(self)
        return self.cleaned_data


class CountsForm(PortalForm):
    referrals = WholeNumberField(highest=500)
    limit = MoneyField(required=False, lowest=Decimal(-10), highest=Decimal("5000.00"))
    provider = forms.ChoiceField(choices=[("V37647", "Portland Surgery")])


def typed(**dates: str) -> dict[str, str]:
    """What the boxes post for dates given as day/month/year."""
    boxes = ("day", "month", "year")
    return {
        f"{name}_{box}": text
        for name, given in dates.items()
        for box, text in zip(boxes, given.split("/"), strict=True)
    }


def ended_on(end: str, start: str = "1/4/2020") -> EndDateForm:
    return EndDateForm(typed(start_date=start, end_date=end))


def test_a_date_is_taken_from_its_three_boxes() -> None:
    form = ended_on("31/10/2021")

    assert form.is_valid()
    assert form.cleaned_data == {"start_date": date(2020, 4, 1), "end_date": date(2021, 10, 31)}


@pytest.mark.parametrize("month", ["10", "Oct", "october", "OCTOBER"])
def test_a_month_may_be_a_number_or_a_name(month: str) -> None:
    assert ended_on(f"31/{month}/2021").is_valid()


def test_a_link_may_carry_the_whole_date() -> None:
    form = EndDateForm({"start_date": "2020-04-01", "end_date": "2021-10-31"})

    assert form.is_valid()
    assert form.cleaned_data["end_date"] == date(2021, 10, 31)


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        ("//", "Enter end date."),
        ("31//2021", "End date must include a month."),
        ("/10/", "End date must include a day and year."),
        ("31/2/2021", "End date must be a real date, such as 31/10/2021: 31/2/2021 is not one."),
        ("31/10/21", "End date must be a real date, such as 31/10/2021: 31/10/21 is not one."),
        ("x/10/2021", "End date must be a real date, such as 31/10/2021: x/10/2021 is not one."),
        ("31/March hare/2021", None),
        ("31/3/2020", "End date must be 1 April 2020 or later: it is 31 March 2020."),
        ("1/4/2022", "End date must be 31 March 2022 or earlier: it is 1 April 2022."),
    ],
)
def test_a_refused_date_names_the_field_the_value_and_the_rule(end: str, sentence: str | None) -> None:
    form = ended_on(end)

    assert form.errors.get("end_date", []) == ([sentence] if sentence else [])


@pytest.mark.parametrize("end", ["1/4/2020", "31/3/2022"])
def test_limits_are_inclusive_at_both_ends(end: str) -> None:
    assert ended_on(end).is_valid()


def test_an_end_on_the_day_of_the_start_is_one_day() -> None:
    assert ended_on("1/10/2021", start="1/10/2021").is_valid()


def test_an_end_before_the_start_is_refused_with_both_dates() -> None:
    form = ended_on("30/9/2021", start="1/10/2021")

    assert form.errors["end_date"] == [
        "End date must be on or after start date, 1 October 2021: it is 30 September 2021. Both days are included."
    ]


def test_an_empty_date_that_may_be_empty_is_none() -> None:
    assert DateField(required=False).clean(["", "", ""]) is None


def test_a_date_knows_whether_it_was_changed() -> None:
    field = DateField(label="End date")

    assert not field.has_changed(date(2021, 10, 31), ["31", "10", "2021"])
    assert field.has_changed(date(2021, 10, 31), ["30", "10", "2021"])
    assert field.has_changed(date(2021, 10, 31), ["x", "10", "2021"])


@pytest.mark.parametrize("text", ["1234.5", "1,234.50", "£1,234.50", " 1234.50 "])
def test_money_is_taken_as_people_write_it(text: str) -> None:
    assert MoneyField(label="Limit").clean(text) == Decimal("1234.50")


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("12.345", "Limit must be an amount in pounds, such as 1234.56: '12.345' is not one."),
        ("1,23", "Limit must be an amount in pounds, such as 1234.56: '1,23' is not one."),
        ("NaN", "Limit must be an amount in pounds, such as 1234.56: 'NaN' is not one."),
        ("1e3", "Limit must be an amount in pounds, such as 1234.56: '1e3' is not one."),
        ("-10.01", "Limit must be \u2212£10.00 or more: it is \u2212£10.01."),
        ("5000.01", "Limit must be £5,000.00 or less: it is £5,000.01."),
    ],
)
def test_refused_money_names_the_field_the_value_and_the_rule(limit: str, sentence: str) -> None:
    form = CountsForm({"limit": limit, "referrals": "1", "provider": "V37647"})

    assert form.errors == {"limit": [sentence]}


def test_counts_are_whole_numbers_with_limits() -> None:
    sentences = [CountsForm({"referrals": text}).errors["referrals"][0] for text in ("12.5", "-1", "501", "")]

    assert sentences == [
        "Referrals must be a whole number: '12.5' is not one.",
        "Referrals must be 0 or more: it is \u22121.",
        "Referrals must be 500 or less: it is 501.",
        "Enter referrals.",
    ]
    assert WholeNumberField(label="Patients").clean("12,055") == 12055


def test_a_choice_not_made_is_asked_for_by_name() -> None:
    assert CountsForm({"referrals": "1"}).errors["provider"] == ["Select provider."]


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        (WholeNumberField, "9" * 5000, "Count must be 99,999,999 or less: it has 5,000 digits."),
        (WholeNumberField, "9" * 30, "Count must be 99,999,999 or less: it has 30 digits."),
        (WholeNumberField, "-" + "9" * 5000, "Count must be 0 or more: it has 5,000 digits."),
        (WholeNumberField, "x" * 5000, f"Count must be a whole number: '{'x' * 39}\u2026' is not one."),
        (WholeNumberField, "3 7", "Count must be a whole number: '3 7' is not one."),
        (WholeNumberField, "\u0663\u0667", "Count must be a whole number: '\u0663\u0667' is not one."),
        (MoneyField, "9" * 5000, "Count must be £9,999,999,999.99 or less: it has 5,000 digits."),
        (MoneyField, "3 7", "Count must be an amount in pounds, such as 1234.56: '3 7' is not one."),
    ],
)
def test_numbers_of_any_length_and_script_are_refused_by_name(field: Any, text: str, sentence: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        field(label="Count").clean(text)

    assert refused.value.messages == [sentence]


@pytest.mark.parametrize("box", ["9" * 30, "9" * 5000, "\u0663", "1_1"])
def test_a_box_of_a_date_that_is_no_day_or_month_is_refused(box: str) -> None:
    for boxes in ([box, "10", "2021"], ["31", box, "2021"], ["31", "10", box]):
        with pytest.raises(forms.ValidationError, match="must be a real date") as refused:
            DateField(label="End date").clean(boxes)
        assert len(refused.value.messages[0]) < 150
