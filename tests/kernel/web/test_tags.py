from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils.translation import override

from kernel import clock
from kernel.errors import Busy
from kernel.money import Money

SHANGHAI = "Asia/Shanghai"
NOW = datetime(2026, 10, 24, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english_morning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with override("en"):
        yield


def draw(words: str, **context: object) -> str:
    return Template("{% load quanyu %}" + words).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (19000, "¥190"),
        (419650, "¥4,196.50"),
        (0, "¥0"),
        (-38000, "−¥380"),
        (5, "¥0.05"),
        (Money(1250, "EUR"), "€12.50"),
        (Money(1250, "CHF"), "CHF 12.50"),
        (None, ""),
    ],
)
def test_money_reads_as_a_price(amount: object, text: str) -> None:
    assert draw("{{ amount|money }}", amount=amount) == text


def test_a_time_of_today_needs_no_date() -> None:
    moment = datetime(2026, 10, 24, 4, 30, tzinfo=UTC)

    assert draw("{{ at|at_place:zone }}", at=moment, zone=SHANGHAI) == "12:30"


def test_another_day_says_so_in_the_zone_of_the_place() -> None:
    moment = datetime(2026, 10, 24, 17, 0, tzinfo=UTC)

    assert draw("{{ at|at_place:zone }}", at=moment, zone=SHANGHAI) == "Sun 25 Oct 01:00"
    assert draw("{{ at|day_at:zone }}", at=moment, zone=SHANGHAI) == "Sun 25 Oct"
    assert draw("{{ at|time_at:zone }}", at=moment, zone=SHANGHAI) == "01:00"


def test_another_year_says_so() -> None:
    assert draw("{{ day|day }}", day=date(2027, 1, 2)) == "Sat 2 Jan 2027"


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    naive = datetime(2026, 10, 24, 12)  # noqa: DTZ001

    with pytest.raises(ValueError, match="zone"):
        draw("{{ at|at_place:zone }}", at=naive, zone=SHANGHAI)


def test_when_carries_the_moment_for_machines() -> None:
    moment = datetime(2026, 10, 24, 4, 30, tzinfo=UTC)

    drawn = draw("{% when at zone %}", at=moment, zone=SHANGHAI)

    assert drawn == '<time datetime="2026-10-24T04:30:00+00:00">12:30</time>'


@pytest.mark.parametrize(("minutes", "text"), [(52, "52 min"), (60, "1 h"), (95, "1 h 35 min")])
def test_a_duration_reads_in_hours_and_minutes(minutes: int, text: str) -> None:
    assert draw("{{ minutes|duration }}", minutes=minutes) == text


@pytest.mark.parametrize(
    ("until", "left"),
    [
        (datetime(2026, 10, 24, 1, 12, 38, tzinfo=UTC), "12:38 758"),
        (datetime(2026, 10, 24, 2, 2, 5, tzinfo=UTC), "1:02:05 3725"),
        (datetime(2026, 10, 23, tzinfo=UTC), "00:00 0"),
    ],
)
def test_the_time_left_never_goes_below_zero(until: datetime, left: str) -> None:
    assert draw("{{ until|time_left }} {{ until|seconds_left }}", until=until) == left


def test_an_icon_is_silent_until_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "ticket" %}')
    assert "img/icons.svg#ticket" in draw('{% icon "ticket" %}')
    assert 'role="img" aria-label="&lt;Ticket&gt;"' in draw(
        '{% icon "ticket" label=word %}', word="<Ticket>"
    )


def test_a_refusal_box_is_an_alert_and_nothing_without_a_refusal() -> None:
    assert 'role="alert"' in draw("{% refusal_box refusal %}", refusal=Busy())
    assert draw("{% refusal_box refusal %}", refusal=None) == ""


@pytest.mark.parametrize(
    ("left", "word"),
    [(None, "Open"), (120, "Plenty"), (9, "9 left"), (1, "1 left"), (0, "Sold out")],
)
def test_few_is_a_number_and_more_is_a_word(left: int | None, word: str) -> None:
    drawn = draw('{% include "components/_stock.html" with left=left only %}', left=left)

    assert word in drawn
    assert "q-icon" in drawn


def test_sold_out_with_a_waiting_list_says_how_many_wait() -> None:
    drawn = draw('{% include "components/_stock.html" with left=0 waiting=41 only %}')

    assert "Waiting list, 41" in drawn
