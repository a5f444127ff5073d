"""What holds right now is on every page that sells the area, within five seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from bookings.warnings import queries as warnings
from kernel import clock, memo
from kernel.memo import Memo
from kernel.places import live
from kernel.web import remembered
from portal.home import views as home
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import ScenicAreaFactory
from tests.tourism.conftest import VISIT
from tests.tourism.crowd.conftest import TEN
from tourism.areas.models import Notice, Urgency
from tourism.crowd import operations, queries
from tourism.crowd.models import Correction, Watch

pytestmark = pytest.mark.django_db


class Clocks:
    """Both clocks of a process, moved by hand."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        return 1000 + self.passed

    def now(self) -> datetime:
        return TEN + timedelta(seconds=self.passed)


@pytest.fixture
def clocks(monkeypatch, settings) -> Clocks:
    """Everything is remembered for as long as in operation."""
    made = Clocks()
    settings.QUANYU_MEMO = True
    monkeypatch.setattr(memo.time, "monotonic", made.monotonic)
    monkeypatch.setattr(clock, "now", made.now)
    for module, name in (
        (live, "_known"), (remembered, "_pages"), (queries, "_held"), (home, "_GLANCES"),
        (warnings, "_standing_now"),
    ):  # fmt: skip
        known: Memo = getattr(module, name)
        monkeypatch.setattr(module, name, Memo(seconds=known._seconds))
    return made


@pytest.fixture
def area(product, slot):
    return product.area


def shut(area, at: datetime = TEN):
    wanted = operations.Wanted(
        area=area, starts_at=at, until=None, reason_zh="雷电", reason_en="Lightning"
    )
    return operations.stop(wanted, actor="user:1", at=at)


def addresses(area) -> list[str]:
    region = area.region.slug
    return [
        f"/en/{region}/live/",
        f"/en/{region}/",
        f"/en/{region}/areas/",
        f"/en/{region}/areas/{area.slug}/",
        f"/en/{region}/areas/{area.slug}/?day={VISIT}",
    ]


def test_a_stop_is_on_every_page_within_five_seconds_also_where_pages_are_remembered(clocks, area):
    browser, words = Client(), "shut since 10:00: Lightning"
    for _warm in range(3):
        before = [browser.get(address).text for address in addresses(area)]
        clocks.passed += 0.4
    assert [words in text for text in before] == [False] * 5

    shut(area, clocks.now())
    for _every_half_second in range(4):
        clocks.passed += 0.5
        [browser.get(address) for address in addresses(area)]

    after = [browser.get(address).text for address in addresses(area)]
    assert [words in text for text in after] == [True] * 5
    assert clocks.passed - 1.2 + live.POLL_S <= 5
    assert live.SHOWN_WITHIN_S <= 5


def test_opening_again_is_on_them_as_soon(clocks, area):
    browser = Client()
    row = shut(area)
    assert all("Lightning" in browser.get(address).text for address in addresses(area))

    operations.reopen(stop_id=row.pk, actor="user:1", at=clocks.now())
    for _every_half_second in range(4):
        clocks.passed += 0.5
        [browser.get(address) for address in addresses(area)]

    assert not any("Lightning" in browser.get(address).text for address in addresses(area))


def test_the_answer_has_every_area_so_that_a_page_can_take_words_away(client, area):
    texts = client.get(addresses(area)[0]).json()

    assert texts == {f"load-{area.place_id}": "", f"shut-{area.place_id}": ""}


def test_an_unchanged_answer_costs_no_body(client, area):
    first = client.get(addresses(area)[0])
    again = client.get(addresses(area)[0], headers={"If-None-Match": first.headers["ETag"]})
    shut(area)
    changed = client.get(addresses(area)[0], headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200


def test_how_full_it_is_is_said_in_the_readers_words(client, area, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TEN)
    Watch.objects.create(area=area, instant_cap=100)
    Correction.objects.create(area=area, people=75, delta=75, reason="x", actor="u", at=TEN)
    operations.judge(at=TEN)

    key = f"load-{area.place_id}"
    assert client.get(addresses(area)[0]).json()[key] == "Now: very busy (75 %)"

    Correction.objects.create(area=area, people=100, delta=25, reason="x", actor="u", at=TEN)
    assert client.get(addresses(area)[0]).json()[key] == "Full: no more entry for the moment"


def test_an_areas_own_warning_is_told_with_what_is_shut(client, area, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TEN)
    shut(area)
    Notice.objects.create(
        area=area, urgency=Urgency.WARNING, title_zh="大雾", title_en="Fog", valid_from=TEN
    )

    words = client.get(addresses(area)[0]).json()[f"shut-{area.place_id}"]
    assert words == f"{area.name} shut since 10:00: Lightning · Fog"


def test_another_region_hears_nothing_of_it(client, area):
    other = RegionFactory()
    shut(area)

    assert client.get(f"/en/{other.slug}/live/").json() == {}


def test_a_list_of_areas_looks_once_however_many_there_are(
    client, area, django_assert_max_num_queries
):
    for _n in range(6):
        ScenicAreaFactory(region=area.region)

    with django_assert_max_num_queries(20):
        page = client.get(addresses(area)[2])

    assert page.text.count("q-live--shut") == 7
