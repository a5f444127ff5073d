"""What is handed on is withdrawn, used, or taken at one moment: one of these happens, never two."""

from __future__ import annotations

import pytest

from bookings.contracts import Terms
from bookings.refunds.models import Refund
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Redemption, Voucher
from bookings.vouchers.operations import writing
from bookings.vouchers.operations.held import Held
from bookings.vouchers.posts import Post
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Handover
from bookings.waitlist.operations import taking
from tests.bookings.waitlist.conftest import Line
from tests.bookings.waitlist.test_handing_on import BACK, Sold
from tests.races.conftest import drop_constraint, interrupt, run_together, unlock


class Rush:
    """Somebody waits, and a part is handed on that would do."""

    def __init__(self, line: Line) -> None:
        self.line, self.sold = line, Sold(line, 1)
        line.join(1, self.sold.bucket)
        self.handover = self.sold.hand_on()
        self.carrier = Pass.objects.get(order=self.sold.orders[0])
        Voucher.objects.update(valid_from=line.now)

    def take(self) -> int:
        return self.line.serve()

    def withdraw(self) -> str:
        waitlist.withdraw(handover=self.handover, actor="guest:seller", at=self.line.now)
        return "withdrawn"

    def use(self) -> vouchers.Redeemed:
        voucher = Voucher.objects.select_related("line").get()
        post = Post(
            zone=voucher.zone, title={"en": "North gate"},
            organisation_id=voucher.line.supplier_id, region_id=voucher.region_id,
        )  # fmt: skip
        return vouchers.redeem(
            text=self.carrier.short_code, post=post, actor="user:1", request_key="scan",
            at=self.line.now,
        )  # fmt: skip

    @property
    def state(self) -> str:
        return Handover.objects.get().state


@pytest.fixture
def rush(shop, region, sellers, at) -> Rush:
    sellers["plain"].terms = Terms()
    return Rush(Line(shop, region, at))


def test_withdrawn_while_it_is_taken_is_one_or_the_other(rush):
    _won, withdrawn = run_together(rush.take, rush.withdraw)

    assert isinstance(withdrawn, (str, waitlist.NotOffered))
    if withdrawn == "withdrawn":
        assert (rush.state, Refund.objects.count()) == ("WITHDRAWN", 0)
        assert Voucher.objects.get().state == "ACTIVE"
    else:
        assert (rush.state, Refund.objects.get().amount_fen) == ("TAKEN", BACK)
        assert Voucher.objects.get().state == "VOIDED"


def test_withdrawn_just_before_it_is_taken_nothing_of_it_is_gone(rush, monkeypatch):
    run = interrupt(monkeypatch, taking, "claim", rush.withdraw)

    won, withdrawn = run(rush.take)

    assert (won, withdrawn) == (0, "withdrawn")
    assert (rush.state, Refund.objects.count()) == ("WITHDRAWN", 0)
    assert Voucher.objects.get().state == "ACTIVE"


def test_twin_without_the_guard_who_has_kept_it_has_lost_it(rush, monkeypatch):
    def claim(handovers, *, entry_id, at):
        rows = Handover.objects.filter(pk__in=[one.pk for one in handovers])
        rows.update(state="TAKEN", entry_id=entry_id, ended_at=at)

    monkeypatch.setattr(taking, "claim", claim)
    run = interrupt(monkeypatch, taking, "claim", rush.withdraw)

    won, withdrawn = run(rush.take)

    assert (won, withdrawn) == (1, "withdrawn")
    assert Voucher.objects.get().state == "VOIDED"


def test_used_while_it_is_taken_is_one_or_the_other(rush):
    _won, used = run_together(rush.take, rush.use)

    assert isinstance(used, (vouchers.Redeemed, vouchers.Voided))
    went_in, came_back = Redemption.objects.count(), Refund.objects.count()
    assert {went_in, came_back} == {0, 1}
    assert rush.state == ("OPEN" if went_in else "TAKEN")


def test_used_just_before_it_is_taken_nothing_comes_back(rush, monkeypatch):
    run = interrupt(monkeypatch, taking, "take_for", rush.use)

    won, used = run(rush.take)

    assert isinstance(used, vouchers.Redeemed)
    assert (won, rush.state, Refund.objects.count()) == (0, "OPEN", 0)


def test_twin_without_the_guard_who_got_the_money_back_goes_in(rush, monkeypatch):
    """The gate has read the voucher when it is taken, and lets in all the same."""

    def use(moved: list[Held]) -> None:
        Voucher.objects.filter(pk__in=[each.voucher.pk for each in moved]).update(entries_used=1)

    drop_constraint("bookings_vouchers_voucher", "bookings_vouchers_voucher_used_up")
    unlock(monkeypatch)
    monkeypatch.setattr(writing, "use", use)
    run = interrupt(monkeypatch, writing, "use", rush.take)

    used, won = run(rush.use)

    assert isinstance(used, vouchers.Redeemed)
    assert (won, Refund.objects.count(), Redemption.objects.count()) == (1, 1, 1)
