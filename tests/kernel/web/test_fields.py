"""What operators write, and what the tables get of it."""

import pytest
from django import forms
from django.http import QueryDict
from django.utils.translation import override

from kernel.web.fields import LadderField, MembersField, PercentField, WeekdaysField, YuanField

CLASSES = {"adult": "Adult", "minor_half": "Minor"}


class Prices(forms.Form):
    price = YuanField(label="Price")
    share = PercentField(label="Share", required=False)
    weekdays = WeekdaysField(label="Weekdays")
    ladder = LadderField(label="Refunds", start="it begins", hours=range(-48, 1000), required=False)
    members = MembersField(label="Set", classes=CLASSES, required=False)


RIGHT = "price=190.5&weekdays=7&weekdays=6"


def sent(query: str) -> Prices:
    return Prices(QueryDict(query))


def cleaned(query: str, name: str) -> object:
    form = sent(f"{query}&{RIGHT}")
    assert form.is_valid(), form.errors
    return form.cleaned_data[name]


def test_a_sum_is_written_in_yuan_and_stored_in_fen():
    assert cleaned("", "price") == 19_050
    assert 'value="190.50"' in str(Prices(initial={"price": 19_050})["price"])
    assert 'value="0"' in str(Prices(initial={"price": 0})["price"])


@pytest.mark.parametrize("text", ["-1", "1.555", "1e3", "1,000", "x", "١", "10000000.01", ""])
def test_what_is_no_sum_is_refused_and_shown_again(text):
    form = Prices({"price": text, "weekdays": ["1"]})

    assert list(form.errors) == ["price"]
    assert form["price"].value() == text


@pytest.mark.parametrize(
    ("text", "permille"), [("50", 500), ("12.5", 125), ("0", 0), ("100", 1000)]
)
def test_a_share_is_written_in_percent_and_stored_in_thousandths(text, permille):
    assert cleaned(f"share={text}", "share") == permille
    assert f'value="{text}"' in str(Prices(initial={"share": permille})["share"])


@pytest.mark.parametrize("text", ["100.1", "-5", "12.55", "1/2"])
def test_what_is_no_share_is_refused(text):
    assert list(sent(f"share={text}&{RIGHT}").errors) == ["share"]


def test_weekdays_are_ticked():
    assert cleaned("", "weekdays") == "67"
    with override("en"):
        drawn = str(Prices(initial={"weekdays": "67"})["weekdays"])
    assert drawn.count("checked") == 2
    assert 'role="group"' in drawn
    assert 'aria-label="Weekdays"' in drawn
    assert "Sat" in drawn


@pytest.mark.parametrize("days", ["", "&weekdays=0", "&weekdays=8", "&weekdays=67"])
def test_no_weekday_and_one_that_there_is_not_are_refused(days):
    assert list(sent(f"price=1{days}").errors) == ["weekdays"]


def test_a_ladder_has_rows_of_hours_and_percent():
    rows = "ladder_hours=0&ladder_percent=50&ladder_hours=48&ladder_percent=100"

    assert cleaned(f"{rows}&ladder_hours=&ladder_percent=", "ladder") == "48:1000 0:500"
    assert cleaned("ladder_hours=&ladder_percent=", "ladder") == ""
    drawn = str(Prices(initial={"ladder": "48:1000 0:500"})["ladder"])
    assert [f'value="{each}"' in drawn for each in ("48", "100", "0", "50")] == [True] * 4
    assert drawn.count("<tr><td") == 3
    assert drawn.count("aria-label") == 7


@pytest.mark.parametrize(
    "row",
    [
        "ladder_hours=24&ladder_percent=",
        "ladder_hours=&ladder_percent=50",
        "ladder_hours=x&ladder_percent=50",
        "ladder_hours=1000&ladder_percent=50",
        "ladder_hours=-49&ladder_percent=50",
        "ladder_hours=1&ladder_percent=101",
        "ladder_hours=1&ladder_percent=50&ladder_hours=01&ladder_percent=40",
    ],
)
def test_a_row_that_means_nothing_is_refused_and_shown_again(row):
    form = sent(f"{row}&{RIGHT}")

    assert list(form.errors) == ["ladder"]
    hours = QueryDict(row)["ladder_hours"]
    assert f'value="{hours}"' in str(form["ladder"])


def test_a_set_has_a_number_for_each_class():
    assert cleaned("members_adult=2&members_minor_half=1", "members") == "adult:2 minor_half:1"
    assert cleaned("members_adult=2&members_minor_half=0", "members") == "adult:2"
    assert cleaned("members_adult=&members_emperor=1", "members") == ""
    drawn = str(Prices(initial={"members": "minor_half:1"})["members"])
    assert 'name="members_minor_half" value="1"' in drawn
    assert 'name="members_adult" value=""' in drawn


@pytest.mark.parametrize("number", ["-1", "x", "1.5", "100"])
def test_a_number_that_is_none_is_refused(number):
    form = sent(f"members_adult={number}&{RIGHT}")

    assert list(form.errors) == ["members"]
    assert f'value="{number}"' in str(form["members"])


def test_nothing_has_changed_where_the_same_is_sent():
    stored = {
        "price": 19_050, "share": 125, "weekdays": "67", "ladder": "48:1000 0:500",
        "members": "adult:2",
    }  # fmt: skip
    rows = "ladder_hours=48&ladder_percent=100&ladder_hours=0&ladder_percent=50"
    query = f"{RIGHT}&share=12.5&{rows}&members_adult=2"

    assert Prices(QueryDict(query), initial=stored).changed_data == []
