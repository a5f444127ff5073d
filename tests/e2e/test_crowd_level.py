"""How full an area is: counted at its board, told at its gate and on every page that sells it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_gate import gate  # noqa: F401
from tests.e2e.watching import Watch
from tourism.areas.models import ScenicArea
from tourism.crowd.models import Correction

AREA = "huangshan-scenic"
WHY = "Counted by eye"
WITHIN_S = 5
DRAWN_S = 1
"""For the browser to draw what it has heard."""
pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def area(
    site: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ScenicArea]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with django_db_blocker.unblock():
        found = ScenicArea.objects.get(slug=AREA)
    yield found
    with django_db_blocker.unblock():
        Correction.objects.filter(reason=WHY).delete()


def set_right(desk: Page, area: ScenicArea, people: int) -> None:
    desk.goto(f"/en/crowd/{area.pk}/")
    desk.fill("[name=people]", str(people))
    desk.fill("[name=reason]", WHY)
    desk.locator("form[action$='/correct/'] button").click()
    desk.wait_for_load_state()


@pytest.mark.parametrize(
    ("lang", "counts"),
    [("zh-hans", {19_000: "52 %", 26_000: "71 %"}), ("en", {27_000: "74 %", 34_000: "93 %"})],
)
def test_what_is_counted_is_on_every_page_and_at_the_gate_within_five_seconds(
    area: ScenicArea,
    open_as: Open,
    open_browser: Open,
    gate,  # noqa: F811
    watch: Watch,
    lang: str,
    counts: dict[int, str],
):
    tourist, looker = open_browser(PHONE, "zh-CN"), open_browser(DESK, "zh-CN")
    journey.choose_ticket(tourist, lang, adults=1)
    looker.goto(f"/{lang}/huangshan/areas/{AREA}/")
    listed = looker.context.new_page()
    listed.goto(f"/{lang}/huangshan/areas/")
    door, desk = gate(), open_as("operator", DESK)

    line = f"[data-poll='load-{area.place_id}']"
    told: list[Locator] = [page.locator(line) for page in (tourist, looker, listed)]
    told.append(door.locator("[data-load-words]"))
    for people, percent in counts.items():
        set_right(desk, area, people)
        until = time.monotonic() + WITHIN_S + DRAWN_S
        for shown in told:
            left_ms = max(1, round((until - time.monotonic()) * 1000))
            expect(shown).to_contain_text(percent, timeout=left_ms)

    for size in (PHONE, DESK):
        for name, page in (("gate-app-level", door), ("area-level", looker)):
            page.set_viewport_size(size)
            watch.look(page, f"{name}-{lang}")


def test_a_gate_that_is_cut_off_says_how_old_it_is_and_speaks_the_other_language_at_once(
    area: ScenicArea,
    open_as: Open,
    gate,  # noqa: F811
):
    door, desk = gate(), open_as("operator", DESK)
    set_right(desk, area, 35_000)
    words, age = door.locator("[data-load-words]"), door.locator("[data-load-age]")
    expect(words).to_contain_text("96 %", timeout=(WITHIN_S + DRAWN_S) * 1000)
    expect(age).to_have_text("")

    door.context.set_offline(True)
    expect(door.locator("body")).to_have_attribute("data-net", "offline")
    expect(age).to_contain_text("ago")
    door.locator("[data-language]").click()
    chinese = door.evaluate("document.querySelector('[data-load-words]').textContent")

    assert "客流" in chinese
    door.context.set_offline(False)
