"""A clerk's drawer in a browser: every test counts what lies there and begins with one of its own."""

from __future__ import annotations

from playwright.sync_api import Page

_OPEN, _CLOSE = "form[action$='/open/']", "form[action$='/close/']"


def begin(page: Page, language: str, *, float_yuan: str = "200") -> None:
    """A drawer that was opened just now, whatever another test has left."""
    page.goto(f"/{language}/counter/")
    if page.locator(_CLOSE).count():
        expected = page.locator("tfoot .q-amounts__fen").inner_text()
        page.fill(f"{_CLOSE} [name=counted]", expected.lstrip("¥").replace(",", ""))
        page.locator(f"{_CLOSE} button").click()
        page.wait_for_url("**/counter/shifts/**")
        page.goto(f"/{language}/counter/")
    if page.locator("select[name=organisation]").count():
        page.select_option("[name=organisation]", index=1)
    page.locator(f"{_OPEN} input:not([type=hidden])").last.fill(float_yuan)
    page.locator(f"{_OPEN} button").click()
    page.locator(_CLOSE).wait_for()


def taken(page: Page, language: str) -> str:
    """What the drawer has taken, in words."""
    page.goto(f"/{language}/counter/")
    return page.locator(".q-amounts tbody .q-amounts__fen").nth(1).inner_text()
