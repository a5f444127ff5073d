"""A departure is late, then called off: the operator announces it, the rider chooses, in both languages.

`test --e2e tests/e2e/test_late_runs.py --pictures DIR` keeps pictures of both at 390 and 1280 pixels.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.plugin import DjangoDbBlocker

from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from transport.lines.models import Boarding, Run

pytestmark = pytest.mark.timeout(400)
WHY = {"zh": "雪天路滑，车辆绕行。", "en": "Snow: the coach takes another road."}


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return request.config.getoption("--pictures", default=None) or tmp_path


@pytest.fixture
def run_of(
    site: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Run]:
    """The run on which an order's number rides."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

    def found(number: str) -> Run:
        with django_db_blocker.unblock():
            return Boarding.objects.select_related("run").get(line__order__code=number).run

    return found


def buy_seats(page: Page, lang: str, serials: list[int], phone: str) -> None:
    page.goto(f"/{lang}/huangshan/lines/t01/")
    page.select_option("[name=day]", journey.TOMORROW)
    page.locator("form[method=get] button").click()
    page.locator("label.q-slot:has(input:enabled)").first.click()
    page.fill("[name=class_adult]", str(len(serials)))
    journey.act(page)
    page.wait_for_url("**/cart/")
    journey.name_party(page, serials)
    journey.confirm(page, phone)
    journey.pay(page)


def keep(page: Page, folder: Path, name: str) -> None:
    """The page at both widths, whole."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        path = folder / f"{name}-{size['width']}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")


def announce(desk: Page, run: Run, step: str, lang: str, folder: Path, **fields: str) -> None:
    desk.goto(f"/{lang}/ops/transport_lines/run/{run.pk}/{step}/")
    expect(desk.locator("#content-main")).to_be_visible()
    for name, text in fields.items():
        desk.fill(f"[name={name}]", text)
    keep(desk, folder, f"ops-{step}-{lang}")
    desk.locator("#content-main form button").click()
    desk.wait_for_url("**/change/")


def await_choices(phone: Page) -> None:
    journey.reload_until(phone.locator("[name=choice][value=REFUND]"), within_s=20)


@pytest.mark.parametrize(
    ("lang", "locale", "first"), [("zh-hans", "zh-CN", 811), ("en", "en", 821)]
)
def test_a_late_and_then_called_off_departure(
    open_browser: Open, open_as: Open, run_of, folder: Path, lang: str, locale: str, first: int
):
    phone, desk = open_browser(PHONE, locale), open_as("platform", DESK)
    buy_seats(phone, lang, [first, first + 1], f"1610000{first:04}")
    number = phone.locator("h1").inner_text().split()[-1]
    run = run_of(number)

    phone.locator("a[href*='/ride/']").last.click()
    phone.wait_for_url("**/ride/**")
    phone.fill("[name=train]:not([type=hidden])", "G3027")
    phone.locator("form:has([name=day]) button").click()
    phone.wait_for_load_state()
    keep(phone, folder, f"ride-{lang}")

    announce(
        desk, run, "delay", lang, folder, minutes="45", reason_zh=WHY["zh"], reason_en=WHY["en"]
    )
    await_choices(phone)
    expect(phone.locator("main")).to_contain_text(WHY["en" if lang == "en" else "zh"])
    keep(phone, folder, f"late-{lang}")

    announce(desk, run, "call-off", lang, folder, reason_zh=WHY["zh"], reason_en=WHY["en"])
    phone.wait_for_timeout(1000)
    phone.reload()
    await_choices(phone)
    keep(phone, folder, f"called-off-{lang}")
    desk.goto(f"/{lang}/ops/transport_lines/disruption/?q=t01")
    keep(desk, folder, f"ops-disruptions-{lang}")

    phone.set_viewport_size(PHONE)
    phone.locator("form:has([value=MOVE]) button").first.click()
    phone.wait_for_load_state()
    keep(phone, folder, f"moved-{lang}")
    assert run_of(number).pk != run.pk
    assert re.search(r"/ride/\d+/$", phone.url)
