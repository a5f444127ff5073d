"""A direct shuttle in a browser: bought with its queue in view, told by its driver, watched by the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from pytest_django.plugin import DjangoDbBlocker

from portal.descent.models import Mountain
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch
from transport.direct.models import DirectShuttle, ShuttleDeparture

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def house(
    site: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, int]]:
    """The ids of a shuttle and of the mountain that it leads to; what was told is forgotten again."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with django_db_blocker.unblock():
        shuttle = DirectShuttle.objects.get(line__slug="s01", pattern__slug="out")
        mountain = Mountain.objects.get(slug="yungusi")
    yield {"shuttle": shuttle.pk, "mountain": mountain.pk}
    with django_db_blocker.unblock():
        ShuttleDeparture.objects.all().delete()


@pytest.mark.parametrize(("lang", "locale"), [("zh-hans", "zh-CN"), ("en", "en")])
def test_tourists_find_it_with_its_queue_and_take_it_along(
    open_browser: Open, watch: Watch, house: dict[str, int], lang: str, locale: str
) -> None:
    for size in (PHONE, DESK):
        page = open_browser(size, locale)
        page.goto(f"/{lang}/huangshan/")
        page.locator("nav.q-kinds a[href$='/direct/']").click()
        watch.look(page, "direct-list")
        page.goto(f"/{lang}/huangshan/areas/huangshan-scenic/")
        expect(page.locator("#direct-shuttles")).to_be_visible()
        watch.look(page, "direct-on-area")
        page.goto(f"/{lang}/huangshan/direct/s01-out/")
        watch.look(page, "direct-shuttle")
        page.locator(".q-actionbar button").click()
        page.wait_for_load_state()
        page.goto(f"/{lang}/huangshan/cart/")
        watch.look(page, "direct-cart")
        page.goto(f"/{lang}/huangshan/lines/s01/")
        watch.look(page, "direct-line")


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_driver_tells_and_the_desk_sends_one_more(
    open_as: Open, watch: Watch, house: dict[str, int], lang: str
) -> None:
    driver = open_as("driver", PHONE)
    driver.goto(f"/{lang}/queues/")
    watch.look(driver, "queues")
    driver.goto(f"/{lang}/queues/{house['shuttle']}/")
    depart = driver.locator("form[action$='/depart/']")
    depart.locator("[name=people]").fill("30")
    depart.locator("[name=still_waiting]").fill("52")
    depart.locator("button").click()
    expect(driver.locator("[data-poll=waiting]")).to_have_text("52")
    watch.look(driver, "queue")

    desk = open_as("operator", DESK)
    desk.goto(f"/{lang}/queues/{house['shuttle']}/")
    extra = desk.locator("form[action$='/extra/']")
    extra.locator("[name=minutes]").fill("10")
    extra.locator("button").click()
    watch.look(desk, "queue-desk")
    desk.goto(f"/{lang}/descents/")
    watch.look(desk, "descents")
    desk.goto(f"/{lang}/descents/{house['mountain']}/")
    watch.look(desk, "descent")
    desk.set_viewport_size(PHONE)
    watch.look(desk, "descent")
