"""What a visitor shows: a code that their phone signs anew, or the short code of a paper."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from bookings.codes.phones import Phone
from config.demo.browser import Browser
from config.demo.visitors import Stuck
from kernel import clock


@dataclass
class Holder:
    """One pass in somebody's hand."""

    typed: str
    level_1: bytes = b""
    phone: Phone = field(default_factory=Phone)

    def text(self) -> str:
        """The code of this moment; empty for a paper."""
        return self.phone.show(self.level_1, at=clock.now()) if self.level_1 else ""


def holders(browser: Browser, order: str, *, on_phone: bool) -> list[Holder]:
    """The passes of an order, by its page; ``on_phone``: bound to a key of the holder's phone."""
    page = browser.get(order, "order")
    typed = re.findall(r'class="q-code__digits">([^<]+)<', page.text)
    if not typed:
        raise Stuck("no codes on the order's page")
    made = [Holder(each) for each in typed]
    forms = [form for form in page.forms if form.action.endswith("/phone/")]
    if on_phone:
        for holder, form in zip(made, forms, strict=True):
            bound = browser.send(page, form, "bind phone", public=holder.phone.public.hex())
            holder.level_1 = bytes.fromhex(json.loads(bound.text)["level_1"])
    return made
