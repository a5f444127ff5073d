"""Live crowd in real browsers: the operator's board, a stop that tourists see, a draw that is entered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.plugin import DjangoDbBlocker

from bookings.draws import operations as draws
from bookings.draws.models import Draw
from tests.e2e.conftest import DESK, PHONE, START, Open
from tests.e2e.test_waitlist import enter_somebody
from tests.e2e.watching import Watch
from tourism.areas.models import ScenicArea
from tourism.crowd.models import Correction, Measure
from tourism.crowd.models import Watch as CrowdWatch
from tourism.tickets.models import ProductKind, Slot

AREA = "huangshan-scenic"
pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def area(
    site: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ScenicArea]:
    """28,000 of 37,500 people are inside."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with django_db_blocker.unblock():
        found = ScenicArea.objects.select_related("region").get(slug=AREA)
        CrowdWatch.objects.get_or_create(area=found, defaults={"instant_cap": 37_500})
        for minutes, delta in ((150, 4_000), (110, 9_000), (60, 8_000), (20, 7_000)):
            Correction.objects.create(
                area=found, people=delta, delta=delta, reason="e2e", actor="user:0",
                at=START - timedelta(minutes=minutes),
            )  # fmt: skip
    yield found
    with django_db_blocker.unblock():
        Correction.objects.filter(reason="e2e").delete()
        Measure.objects.all().delete()


def look(page: Page, watch: Watch, name: str) -> None:
    """On a phone and on a desk."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        watch.look(page, name)


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_stop_from_the_board_is_seen_by_tourists_and_taken_back(
    area: ScenicArea, open_as: Open, open_browser: Open, watch: Watch, lang: str
):
    tourist = open_browser(PHONE, "zh-CN")
    tourist.goto(f"/{lang}/huangshan/areas/{AREA}/")
    shut = tourist.locator(".q-live--shut").first
    expect(shut).to_have_text("")
    desk = open_as("operator", DESK)
    desk.goto(f"/{lang}/crowd/")
    look(desk, watch, f"crowd-boards-{lang}")
    desk.goto(f"/{lang}/crowd/{area.pk}/")
    look(desk, watch, f"crowd-board-{lang}")

    desk.goto(f"/{lang}/crowd/{area.pk}/stop/")
    desk.select_option("[name=what]", index=0)
    desk.fill("[name=reason_zh]", "大风")
    desk.fill("[name=reason_en]", "Strong wind")
    desk.locator(".q-actionbar button").click()
    desk.wait_for_selector("#meets")
    look(desk, watch, f"crowd-stop-{lang}")
    desk.locator(".q-actionbar button").click()
    desk.wait_for_url(f"**/crowd/{area.pk}/")

    expect(shut).not_to_have_text("", timeout=6_000)
    look(tourist, watch, f"crowd-area-{lang}")
    desk.locator("form[action$='/undo/'] button").click()
    expect(shut).to_have_text("", timeout=6_000)


@pytest.fixture
def draw(area: ScenicArea, django_db_blocker: DjangoDbBlocker) -> Draw:
    """Two places of an early entry time go by lot."""
    with django_db_blocker.unblock():
        slot = Slot.objects.filter(
            product__area=area, product__kind=ProductKind.ADMISSION, day__date=date(2026, 11, 2)
        ).earliest("starts_at")
        made = Draw.objects.filter(kind="ticket", ref=str(slot.pk)).first()
        return made or draws.open_draw(
            draws.Wanted(area.region_id, "ticket", str(slot.pk), 2, START + timedelta(hours=5)),
            organisation_ids=[area.organisation_id],
            actor="user:0",
            at=START,
        )


@pytest.mark.parametrize(("lang", "serial"), [("zh-hans", 881), ("en", 882)])
def test_a_family_enters_a_draw_from_the_areas_page(
    area: ScenicArea, draw: Draw, open_browser: Open, watch: Watch, lang: str, serial: int
):
    page = open_browser(PHONE, "zh-CN")
    enter_somebody(page, lang, serial)
    page.goto(f"/{lang}/huangshan/areas/{AREA}/")
    page.locator(f"main a[href$='/draws/{draw.pk}/']").click()
    page.locator(".q-actionbar a").click()
    page.locator("[name=who]").first.check()
    page.fill("[name=contact]", f"16100000{serial}")
    page.locator(".q-actionbar button").click()
    page.wait_for_selector("#totals")
    look(page, watch, f"draw-enter-{lang}")
    page.locator(".q-actionbar button").click()
    page.wait_for_url(f"**/draws/{draw.pk}/")

    expect(page.locator("#own")).to_be_visible()
    look(page, watch, f"draw-{lang}")
