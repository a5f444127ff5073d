"""Who comes without a ticket: the clerk sells what is kept for the counter, for cash, and prints it."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

from bookings.vouchers.models import Pass
from config.demo.browser import Browser, Form, Page, Timings
from config.demo.peak.cast import Group
from config.demo.peak.holder import Holder
from config.demo.staff import at_work, is_door
from config.demo.visitors import Stuck
from kernel import clock
from tourism.tickets.models import Slot

_FLOAT_YUAN = "2000"
_WRONG_PEOPLE = re.compile(r'<textarea[^>]*name="people"[^>]*aria-invalid="true"')


class Desk:
    """One clerk with a drawer. One party after the other."""

    def __init__(self, url: str, timings: Timings, slots: Sequence[Slot]) -> None:
        self.site, self.timings, self.slots = url, timings, slots
        self.url = f"{url}/zh-hans/counter/"
        self.lock = threading.Lock()
        self._sign_in()
        page = self.browser.get(self.url, "counter")
        form = page.form("float")
        if form is not None:
            self.browser.send(page, form, "open drawer", float=_FLOAT_YUAN)

    def _sign_in(self) -> None:
        self.browser: Browser = at_work(self.site, self.timings, "operator", "counter")

    def sell(self, group: Group) -> list[Holder] | str:
        """Paper codes for the entry time that runs, or the next with room; or why there are none."""
        with self.lock:
            left = [slot for slot in self.slots if slot.ends_at > clock.now()]
            for slot in left:
                if code := self._sell(group, slot):
                    return self._printed(code)
        return "counter sold out" if left else "came after the last entry time"

    def _sell(self, group: Group, slot: Slot) -> str:
        """The order's code; empty: no room in this entry time."""
        what = f"ticket:{slot.pk}"
        page = self.browser.get(f"{self.url}sell/?what={what}", "desk")
        if is_door(page):  # nobody has come for so long that the clerk was signed out
            self._sign_in()
            page = self.browser.get(f"{self.url}sell/?what={what}", "desk")
        people = "\n".join(f"{one.document} {one.name}" for one in group.people)
        page = self._send(page, what=what, people=people)
        form = page.form("shown_total_fen")
        if _WRONG_PEOPLE.search(page.text):
            raise Stuck("the desk cannot read who they are")
        if form is None or not form.fields["shown_total_fen"]:
            return ""
        page = self._send(page, what=what, people=people, given="10000")
        found = page.url.partition("/print/")[2]
        return found.rstrip("/")

    def _send(self, page: Page, **fields: str) -> Page:
        form: Form | None = page.form("request_key")
        if form is None:
            raise Stuck("the desk does not sell")
        return self.browser.send(page, form, "sell", **fields)

    def _printed(self, code: str) -> list[Holder]:
        """What the roll shows, when the codes have come."""
        for _try in range(100):
            rows = Pass.objects.filter(order__code=code).order_by("pk")
            if rows:
                return [Holder(row.short_code) for row in rows]
            threading.Event().wait(0.1)
        raise Stuck("sold, but nothing was printed")
