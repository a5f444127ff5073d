"""Those who return money by hand, in the back office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.organisations import demonstration
from bookings.payments.reading import yuan_of
from config.demo.browser import Browser, Timings
from tests.faults.client import Answer, send
from tests.faults.payments.services import Bought
from tests.faults.world import World


@dataclass
class Operator:
    """Somebody of the platform, signed in to the back office with a second factor."""

    site: str
    browser: Browser

    @classmethod
    def sign_in(cls, site: World, role: str) -> Operator:
        browser, home = Browser(Timings()), f"{site.site.url}/en/ops/"
        login = next(one for one in demonstration.logins() if one.role == role)
        page = browser.get(f"{site.site.url}/en/staff/?next=/en/ops/", "staff")
        form = page.form("username")
        assert form is not None
        page = browser.send(
            page, form, "staff", username=login.name, password=login.password, code=login.code
        )
        assert page.url == home, page.text[page.text.find("<main") :][:3000]
        return cls(site.site.url, browser)

    def cancel(
        self, bought: Bought, parts: Sequence[str], shown_fen: int, *, give_fen: int | None = None
    ) -> Answer:
        """The form of the back office, sent: 302 when it is done, 200 is the form again, with why."""
        cookies = {name: value for (_host, name), value in self.browser.cookies.items()}
        csrf = next(value for name, value in cookies.items() if "csrf" in name)
        fields = [f"csrfmiddlewaretoken={csrf}", f"shown_fen={shown_fen}"]
        fields += [f"part={part}" for part in parts]
        if give_fen is not None:  # another sum than the terms', seen with what it means for whom
            fields += [f"sum={yuan_of(give_fen)}", f"seen_fen={give_fen}"]
        url = f"{self.site}/en/ops/bookings_refunds/refund/cancel/{bought.order.pk}/"
        return send(
            url, "POST", "&".join(fields).encode(),
            Content_Type="application/x-www-form-urlencoded",
            Cookie="; ".join(f"{name}={value}" for name, value in cookies.items()),
        )  # fmt: skip
