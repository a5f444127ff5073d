"""People at work: signed in with name, password and six digits, as the demonstration accounts have them."""

from __future__ import annotations

from accounts.organisations import demonstration
from config.demo.browser import Browser, Page, Timings

_TRIES = 3
"""Where the clock runs fast, digits may be over when they arrive."""


def at_work(url: str, timings: Timings, role: str, room: str) -> Browser:
    """The browser of somebody with this role, who came for this room.

    :raises RuntimeError: they were not let in.
    """
    browser = Browser(timings)
    for _try in range(_TRIES):
        page = browser.get(f"{url}/zh-hans/staff/?next=/zh-hans/{room}/", "staff")
        form = page.form("username")
        if form is None:
            raise RuntimeError("no sign-in form")
        login = next(one for one in demonstration.logins() if one.role == role)
        page = browser.send(
            page, form, "staff", username=login.name, password=login.password, code=login.code
        )
        if not is_door(page):
            return browser
    raise RuntimeError(f"{role} was not let in")


def is_door(page: Page) -> bool:
    """Whether this is the page that asks who one is."""
    return "/staff/" in page.url
