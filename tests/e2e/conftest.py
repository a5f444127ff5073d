"""Browser tests: the real site on the run's own servers, and Chromium with open eyes.

The site's clock begins at 08:46 on a Saturday in autumn: gates are open, the next bus leaves soon.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from config.demo.stage import running_site
from tests.conftest import fresh_database
from tests.e2e.watching import Watch
from tourism.tickets.models import Product

START = datetime(2026, 10, 24, 8, 46, tzinfo=ZoneInfo("Asia/Shanghai"))
EARLY_MIN = 150
"""The next entry time that is on sale must open a gate however long the tests take: as it is, that holds only
in the ten minutes between a quarter of an hour and five minutes before an entry time."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

Open = Callable[..., Page]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``test --e2e tests/e2e --pictures docs/pictures`` keeps the README's pictures."""
    parser.addoption("--pictures", type=Path, help="where the README's pictures go")


@pytest.fixture(scope="package")
def site(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    """The address of the running site. At the end its books must agree."""
    folder = tmp_path_factory.mktemp("site")
    with fresh_database(django_db_blocker) as name, pytest.MonkeyPatch.context() as patch:
        for variable, value in _environment(name).items():
            patch.setenv(variable, value)
        patch.setenv("QUANYU_CLOCK", "")
        with running_site(folder, slug="huangshan", start=START, speed=1, days=14) as running:
            with django_db_blocker.unblock():
                Product.objects.update(early_min=EARLY_MIN)
            yield running.url
            _verify(folder / "verified.json")


def _environment(database: str) -> dict[str, str]:
    """The run's own servers, with a database and queues that no other test touches."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database}",
        "REDIS_URL": os.environ["REDIS_URL"].replace("db=0", "db=2"),
        "CELERY_BROKER_URL": os.environ["CELERY_BROKER_URL"].replace("host=1", "host=3"),
    }


def _verify(report: Path) -> None:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "verify_invariants"]
    subprocess.run([*command, "--json", str(report)], check=False, stdout=subprocess.DEVNULL)
    found = json.loads(report.read_text())
    assert found["violations"] == 0, found


@pytest.fixture(scope="package")
def browser(site: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ["QUANYU_CHROMIUM"], args=FLAGS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def watch(site: str) -> Iterator[Watch]:
    """Everything that goes wrong in any page of the test; empty at its end."""
    watch = Watch(site)
    yield watch
    assert not watch.troubles, "\n".join(dict.fromkeys(watch.troubles))


@pytest.fixture
def open_browser(browser: Browser, site: str, watch: Watch) -> Iterator[Open]:
    """A new person's browser: ``open_browser(PHONE, "zh-CN", java_script_enabled=False)``."""
    contexts: list[BrowserContext] = []

    def new(size: dict[str, int] = DESK, locale: str = "en", **options: Any) -> Page:
        context = browser.new_context(viewport=size, locale=locale, base_url=site, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        return page

    yield new
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def at_work() -> dict[str, Any]:
    """Who has signed in at work already, by role: six digits are good for one sign-in only."""
    return {}


@pytest.fixture
def open_as(open_browser: Open, at_work: dict[str, Any]) -> Open:
    """The same for a role of the tour: signed in with the six digits that /tour/ shows."""

    def new(role: str, size: dict[str, int] = DESK, language: str = "en") -> Page:
        page = open_browser(size, storage_state=at_work.get(role))
        if role not in at_work:
            _sign_in(page, role, language)
            at_work[role] = page.context.storage_state()
        return page

    return new


def _sign_in(page: Page, role: str, language: str) -> None:
    page.goto(f"/{language}/tour/")
    row = page.locator("tbody tr").filter(has=page.get_by_role("rowheader", name=role, exact=True))
    name, password, digits = row.get_by_role("cell").all_inner_texts()
    page.goto(f"/{language}/staff/?next=/{language}/scan/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.fill("[name=code]", digits)
    page.locator("main form").get_by_role("button").click()
    page.wait_for_url("**/scan/")
