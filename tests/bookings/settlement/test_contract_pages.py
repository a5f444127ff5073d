"""A new version in the back office: written, shown beside the old one, agreed; by the platform only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.settlement.models import Contract
from bookings.settlement.operations import TermsOfKind
from kernel import clock
from tests.bookings.settlement.conftest import agree
from tests.cast import assemble, enter
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db

ADD = "admin:bookings_settlement_contract_add"


@pytest.fixture
def cast(db):
    return assemble(RegionFactory())


@pytest.fixture
def platform(cast):
    return enter(cast.he_ping)


def written(cast, **changes) -> dict[str, str]:
    """The form as somebody fills it in."""
    day = cast.area.region.local_date(clock.now()) + timedelta(days=1)
    return {
        "organisation": str(cast.area.pk), "valid_from": day.isoformat(), "expired": "PLATFORM",
        "guarantee_fen": "500", "words": "by letter", "rate-TOTAL_FORMS": "2",
        "rate-INITIAL_FORMS": "0", "rate-0-kind": "", "rate-0-permille": "12.5",
        "rate-0-per_line_fen": "1", "rate-0-per_part_fen": "", "rate-0-steps": "100000:8",
        "rate-1-kind": "", "rate-1-permille": "", **changes,
    }  # fmt: skip


def test_it_is_shown_beside_the_old_one_before_it_is_agreed(cast, platform):
    agree(cast.area, clock.now(), TermsOfKind(permille=100))
    sent = written(cast)

    asked = platform.post(reverse(ADD), sent)

    assert Contract.objects.count() == 1
    told = {move.name: (move.before, move.after) for move in asked.context["moves"]}
    assert told["all others"] == ("10 %", "12.5 % + ¥1 a booking; from ¥100,000 a month 8 %")
    assert told["Guarantee"] == ("¥0", "¥500")
    assert told["What expires unused is"] == ("the supplier's", "the platform's")

    done = platform.post(reverse(ADD), {**sent, "shown_terms": asked.context["shown"]})

    made = Contract.objects.latest("pk")
    assert done["Location"].endswith(f"/{made.pk}/change/")
    assert (made.guarantee_fen, made.expired, made.words) == (50_000, "PLATFORM", "by letter")
    assert made.valid_from.astimezone(cast.area.region.tz).strftime("%H:%M") == "00:00"
    rate = made.rates.get()
    assert (rate.permille, rate.per_line_fen, rate.per_part_fen, rate.steps) == (
        125,
        100,
        0,
        "10000000:80",
    )


def test_from_today_on_is_from_now_on(cast, platform):
    before = clock.now()
    sent = written(cast, valid_from=cast.area.region.local_date(before).isoformat())
    shown = platform.post(reverse(ADD), sent).context["shown"]

    platform.post(reverse(ADD), {**sent, "shown_terms": shown})

    assert before <= Contract.objects.get().valid_from <= clock.now()


def test_what_somebody_else_has_agreed_meanwhile_is_shown_first(cast, platform):
    sent = written(cast)
    shown = platform.post(reverse(ADD), sent).context["shown"]
    agree(cast.area, clock.now(), TermsOfKind(permille=100))

    again = platform.post(reverse(ADD), {**sent, "shown_terms": shown})

    assert Contract.objects.count() == 1
    assert "Something else has changed meanwhile" in again.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rate-0-permille", ""), ("rate-0-permille", "101"), ("rate-1-permille", "3"),
        ("rate-0-steps", "8"), ("rate-0-steps", "200:8 100:7"), ("organisation", ""),
        ("valid_from", "yesterday"), ("guarantee_fen", "-1"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_comes_back_with_a_reason(cast, platform, field, value):
    page = platform.post(reverse(ADD), written(cast, **{field: value}))

    assert page.status_code == 200
    assert "shown" not in page.context
    assert 'role="alert"' in page.content.decode()
    assert not Contract.objects.exists()


def test_a_day_that_is_over_is_refused_at_the_end(cast, platform):
    yesterday = cast.area.region.local_date(clock.now()) - timedelta(days=1)
    sent = written(cast, valid_from=yesterday.isoformat())
    shown = platform.post(reverse(ADD), sent).context["shown"]

    page = platform.post(reverse(ADD), {**sent, "shown_terms": shown})

    assert "A new version begins now or later" in page.content.decode()
    assert not Contract.objects.exists()


def test_the_next_version_begins_with_what_the_last_says(cast, platform):
    last = agree(cast.area, clock.now(), TermsOfKind(permille=65, steps="10000000:50"))
    page = platform.get(reverse("admin:bookings_settlement_contract_change", args=[last.pk]))
    assert f"?organisation={cast.area.pk}" in page.content.decode()

    form = platform.get(reverse(ADD), {"organisation": cast.area.pk}).content.decode()

    assert 'value="6.5"' in form
    assert 'value="100000:5"' in form


def test_one_may_go_back_to_what_was_written(cast, platform):
    page = platform.post(reverse(ADD), {**written(cast), "_edit": "1"}).content.decode()

    assert 'value="12.5"' in page
    assert not Contract.objects.exists()


def test_a_suppliers_desk_reads_its_own_and_writes_none(cast):
    own, other = (
        agree(each, clock.now(), TermsOfKind(permille=100)) for each in (cast.area, cast.fleet)
    )
    desk = enter(cast.li_wei)
    pages = "admin:bookings_settlement_contract_change"

    assert desk.get(reverse(pages, args=[own.pk])).status_code == 200
    assert desk.get(reverse(pages, args=[other.pk])).status_code == 302
    assert desk.get(reverse(ADD)).status_code == 403
    assert desk.post(reverse(ADD), written(cast)).status_code == 403
    assert Contract.objects.count() == 2
