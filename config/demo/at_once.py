"""What somebody who is signed in does in a few posts: order at once, pay, wait in the list, give back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from config.demo.browser import Browser, Page, Timings
from config.demo.members import Member
from config.demo.visitors import Stuck

Things = Sequence[tuple[str, str]]
"""Kinds and refs."""

_NOT_UNDERSTOOD = 400


def browser_of(member: Member, site: str, timings: Timings) -> Browser:
    """The browser of somebody who has signed in before."""
    browser, host = Browser(timings), urlsplit(site).netloc
    browser.cookies[host, settings.SESSION_COOKIE_NAME] = member.session_key
    browser.cookies[host, settings.CSRF_COOKIE_NAME] = member.csrf
    return browser


def move_house(browser: Browser, old: str, new: str) -> None:
    """The browser keeps its cookies where the site listens at another port now."""
    was, now = urlsplit(old).netloc, urlsplit(new).netloc
    browser.cookies = {
        (now if host == was else host, name): value
        for (host, name), value in browser.cookies.items()
    }


def order(browser: Browser, site: str, things: Things, who: Sequence[int]) -> Page | None:
    """The page to pay for these things for these people; None: there is no room.

    :raises Stuck: the site does not understand what is asked.
    """
    query = [pair for kind, ref in things for pair in (("kind", kind), ("ref", ref), ("many", "0"))]
    query += [("who", str(pk)) for pk in who]
    url = f"{site}/zh-hans/huangshan/checkout/now/?{urlencode(query)}"
    page = browser.get(url, "order at once")
    form = page.form("shown_total_fen")
    if form is None:
        return None
    names = ("kind", "ref", "many", "who")
    fields = {name: [value for n, value in query if n == name] for name in names}
    page = browser.send(page, form, "place order", **fields)
    if page.status == _NOT_UNDERSTOOD:
        raise Stuck("the order was not understood")
    return page if "/o/" in page.url else None


def pay(browser: Browser, page: Page) -> None:
    """In the sandbox. :raises Stuck: it has no button."""
    form = page.form("provider")
    if form is None:
        return  # nothing to pay
    page = browser.send(page, form, "to payment", provider="sandbox")
    button = next((one for one in page.forms if one.method == "post"), None)
    if button is None:
        raise Stuck("no payment page")
    browser.send(page, button, "pay", way="pay")


def wait_for(
    browser: Browser, site: str, thing: tuple[str, str], who: Sequence[int], phone: str
) -> int:
    """Into the waiting list for one thing, all or nobody; the number of the entry.

    :raises Stuck: the list does not take them.
    """
    kind, ref = thing
    url = f"{site}/zh-hans/huangshan/waitlist/join/?kind={kind}&ref={ref}"
    page = browser.get(url, "waitlist")
    form = page.form("limit") or page.form("contact")
    if form is None:
        raise Stuck("cannot wait")
    sent: dict[str, str | list[str]] = {"refs": [ref], "contact": phone}
    if "class_adult" in form.fields:
        sent["class_adult"] = f"{len(who)}"
    else:
        sent["who"] = [str(pk) for pk in who]
    page = browser.send(page, form, "waitlist look", **sent)
    form = page.form("limit")
    if form is None or not form.fields["limit"]:
        raise Stuck("no totals were shown")
    page = browser.send(page, form, "waitlist join", **sent, limit=form.fields["limit"])
    entry = page.url.rstrip("/").rsplit("/", 1)[-1]
    if not entry.isdigit():
        raise Stuck("not taken into the list")
    return int(entry)


def take_up(browser: Browser, site: str, entry: int) -> str:
    """Pay for what was won in the list; the order's address, empty where nothing was won yet."""
    page = browser.get(f"{site}/zh-hans/waitlist/{entry}/", "waitlist")
    found = re.search(r'href="([^"]*/o/[^"/]+/)(?:pay/)?"', page.text)
    if found is None:
        return ""
    pay(browser, browser.get(f"{site}{found[1]}pay/", "pay"))
    return f"{site}{found[1]}"


def give_back(browser: Browser, address: str) -> None:
    """Everything of an order, for what is shown. :raises Stuck: it cannot be."""
    parts = browser.get(address + "cancel/", "cancel").values("part")
    query = urlencode([("part", part) for part in parts])
    page = browser.get(f"{address}cancel/?{query}", "cancel")
    form = page.form("shown_fen")
    if form is None:
        raise Stuck("cannot be given back")
    form.fields.pop("part", None)
    browser.send(page, form, "cancel", part=parts)
