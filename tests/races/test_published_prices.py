"""Two desks publish at the same moment: each change was agreed to as it was shown, or is asked again."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client

from accounts.organisations.models import Role
from bookings.pricing import tariffs
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.tourism import ProductFactory
from tests.publishing import is_asked
from tests.races.conftest import run_together
from tests.tourism.test_price_admin import product_form, product_page
from tourism.tickets.models import Product

pytestmark = pytest.mark.timeout(120)

BUSY = 503


@pytest.fixture
def product(db) -> Product:
    product = ProductFactory()
    product.patterns.all().delete()
    return product


class Desk:
    """Somebody who has seen what a change does, and is about to agree to it."""

    def __init__(self, product: Product, name: str, **change: str) -> None:
        user = UserFactory(login_name=name, is_staff=True)
        MembershipFactory(user=user, organisation=product.area.organisation, role=Role.OPERATOR)
        self.browser: Client = enter(user)
        self.url, self.form = product_page(product), product_form(product, dict(change))
        self.shown = self.browser.post(self.url, self.form).context["shown"]

    def agree(self) -> Any:
        """Press the button; once more where the other was too long at it."""
        sent = {**self.form, "shown_prices": self.shown}
        answer = self.browser.post(self.url, sent)
        return self.browser.post(self.url, sent) if answer.status_code == BUSY else answer


def both_agree(product: Product, monkeypatch, *, is_guarded: bool) -> tuple[list[Any], Product]:
    """Each reads the prices before the other has saved its own, unless a lock keeps it waiting."""
    desks = [
        Desk(product, "one", peak_price_fen="210"),
        Desk(product, "two", off_price_fen="170"),
    ]
    read, met = tariffs.tariff_of, threading.Barrier(2)

    def meet(row: Any, *, lock: bool = False) -> Any:
        found = read(row, lock=lock and is_guarded)
        if lock:
            with suppress(threading.BrokenBarrierError):
                met.wait(timeout=0.3)
        return found

    monkeypatch.setattr(tariffs, "tariff_of", meet)
    answers = run_together(*(desk.agree for desk in desks))
    product.refresh_from_db()
    return answers, product


def test_of_two_changes_the_second_is_shown_with_the_first(product, monkeypatch):
    answers, product = both_agree(product, monkeypatch, is_guarded=True)

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [again] = [answer for answer in answers if answer.status_code == 200]
    assert is_asked(again)
    prices = (product.peak_price_fen, product.off_price_fen)
    assert prices in ((21_000, 15_000), (19_000, 17_000))


def test_without_the_lock_one_change_undoes_the_other_unseen(product, monkeypatch):
    answers, product = both_agree(product, monkeypatch, is_guarded=False)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert (product.peak_price_fen, product.off_price_fen) != (21_000, 17_000)
