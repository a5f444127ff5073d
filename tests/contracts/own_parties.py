"""Ways to pay of our own, as parties of the shared contract test: who pays, and what came back.

Each brings somebody who may pay. A way of our own decides when it is asked: what is started is paid,
there is no page and nothing to press.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

from accounts.organisations.models import Role
from bookings.balance import operations as balance
from bookings.balance import queries as balances
from bookings.balance.models import Account, Spending
from bookings.cash import operations as cash
from bookings.cash import queries as drawers
from bookings.cash.models import Payout, Shift, Taking
from bookings.desk.models import BlockNumber
from bookings.ledger.models import Posting
from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.providers import Outcome, Provider
from bookings.tabs import queries as tabs
from bookings.tabs.models import Item, Member, Tab
from kernel.places.models import Region
from tests.contracts.rows_people import block_number
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

ENOUGH = 50_000


class OwnParty:
    """One way of our own; ``goes_back`` is what a refund is answered with at first."""

    name: str
    payer = ""
    goes_back = Outcome.SUCCEEDED

    @property
    def provider(self) -> Provider:
        return providers.get(self.name)

    def open(self, region: Region, at: datetime) -> None:
        """Somebody who may pay so, made in the test's own transaction."""
        raise NotImplementedError

    def pay(self, ref: str) -> None:
        """Paid when it was started."""

    def payments(self, token: str) -> int:
        """How often the token has moved money."""
        raise NotImplementedError

    def returned_fen(self, ref: str) -> int:
        """What has gone back of it, or is promised."""
        raise NotImplementedError

    def left_fen(self) -> int:
        """What the payer can still spend; of cash, how much less than ENOUGH is in the drawer."""
        raise NotImplementedError


class BalanceParty(OwnParty):
    name = "balance"

    def open(self, region: Region, at: datetime) -> None:
        self.payer = UserFactory().actor
        account = balance.open_account(self.payer)
        Account.objects.filter(pk=account.pk).update(paid_fen=ENOUGH)

    def payments(self, token: str) -> int:
        return Spending.objects.filter(token=token).count()

    def returned_fen(self, ref: str) -> int:
        found = Spending.objects.filter(token=ref).first()
        return found.returned_fen if found else 0

    def left_fen(self) -> int:
        account = balances.find(self.payer)
        return account.paid_fen if account else 0


class TabParty(OwnParty):
    name = "tab"

    def open(self, region: Region, at: datetime) -> None:
        person = UserFactory()
        self.payer = person.actor
        tab = Tab.objects.create(name="旅行社", region=region, limit_fen=ENOUGH)
        Member.objects.create(tab=tab, user=person)

    def payments(self, token: str) -> int:
        return Item.objects.filter(token=token).count()

    def returned_fen(self, ref: str) -> int:
        return (tabs.taken(ref) or (0, 0))[1]

    def left_fen(self) -> int:
        tab = tabs.find(self.payer)
        return tab.left_fen if tab else 0


class CashParty(OwnParty):
    """The payer is the clerk; what goes back waits until it is fetched."""

    name = "cash"
    goes_back = Outcome.PENDING

    def open(self, region: Region, at: datetime) -> None:
        clerk, house = UserFactory(), OrganisationFactory(region=region)
        MembershipFactory(user=clerk, organisation=house, role=Role.COUNTER)
        self.payer = clerk.actor
        cash.open_shift(clerk_id=clerk.pk, organisation_id=house.pk, float_fen=0, at=at)

    def payments(self, token: str) -> int:
        return Taking.objects.filter(token=token).count()

    def returned_fen(self, ref: str) -> int:
        return sum(payout.fen for payout in Payout.objects.filter(taking__token=ref))

    def left_fen(self) -> int:
        shift = drawers.open_of(self.payer)
        return ENOUGH - shift.expected_fen if shift else ENOUGH

    def fetch(self, at: datetime) -> None:
        """The buyer fetches what is promised at the counter."""
        house = Shift.objects.get(closed_at=None).organisation_id
        for payout in Payout.objects.filter(paid_at=None):
            cash.pay_out(payout_id=payout.pk, actor=self.payer, organisation_ids={house}, at=at)


class NumbersParty(OwnParty):
    """The payer is a block with one reserved number, that nobody has bought."""

    name = "numbers"

    def open(self, region: Region, at: datetime) -> None:
        number = block_number(1)
        Order.objects.filter(pk=number.order_id).update(code="QY-1")
        self.payer = number.block.actor

    def payments(self, token: str) -> int:
        return BlockNumber.objects.filter(token=token).count()

    def returned_fen(self, ref: str) -> int:
        return sum(BlockNumber.objects.filter(token=ref).values_list("returned_fen", flat=True))

    def left_fen(self) -> int:
        moved = Posting.objects.filter(account=self.payer).values_list("amount_fen", flat=True)
        return ENOUGH - sum(moved)


def own(kind: type[OwnParty]) -> Callable[[Path], AbstractContextManager[OwnParty]]:
    """A party that needs no process."""

    @contextmanager
    def run(_folder: Path) -> Iterator[OwnParty]:
        yield kind()

    return run


OWN: dict[str, Callable[[Path], AbstractContextManager[OwnParty]]] = {
    "balance": own(BalanceParty),
    "cash": own(CashParty),
    "numbers": own(NumbersParty),
    "tab": own(TabParty),
}
