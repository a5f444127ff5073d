"""The README's pictures are of the real pages: `test --e2e tests/e2e --pictures docs/pictures`."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open

HEAVIEST = 120_000


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return request.config.getoption("--pictures", default=None) or tmp_path


def test_the_pictures_of_the_readme_are_light(open_browser: Open, open_as: Open, folder: Path):
    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=82, animations="disabled")

    phone = open_browser(PHONE, "zh-CN")
    phone.goto("/zh-hans/huangshan/")
    keep(phone, "home")
    desk = open_browser(DESK, "en")
    desk.goto("/en/huangshan/areas/huangshan-scenic/")
    keep(desk, "area")
    journey.buy(phone, "zh-hans", [301, 302], phone="16100000301")
    keep(phone, "order")
    number = phone.locator("h1").inner_text().split()[-1]

    gate = open_as("gate", PHONE)
    gate.goto("/zh-hans/scan/")
    gate.locator(".q-row", has_text="云谷寺").get_by_role("link").first.click()
    gate.fill("[name=code]", journey.codes_on(phone)[0])
    gate.locator("#scan button").click()
    gate.wait_for_selector(".q-gate--in")
    keep(gate, "gate")
    office = open_as("operator", DESK)
    office.goto(f"/en/ops/bookings_orders/order/?q={number}")
    office.get_by_role("link", name=number).click()
    office.wait_for_selector("#content-main")
    keep(office, "back-office")

    pictures = sorted(folder.glob("*.jpg"))
    assert [one.stem for one in pictures] == ["area", "back-office", "gate", "home", "order"]
    assert [one.name for one in pictures if one.stat().st_size > HEAVIEST] == []
