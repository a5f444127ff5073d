"""Reserve numbers for the time without a network, and account for them afterwards.

Reserving buys each number as an order of one unnamed person, by the counter's channel: what online and
the counters sell together never exceeds what there is. Accounting for them is idempotent by (block,
number), from the one browser that has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.cash import operations as drawers
from bookings.cash.models import Shift
from bookings.checkout import queries as carts
from bookings.contracts import Ask, Member
from bookings.desk.models import BlockNumber, NumberBlock, NumberState, Sale
from bookings.desk.operations import naming
from bookings.desk.operations.selling import offer_of
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason
from bookings.vouchers.models import Voucher
from kernel.errors import BadInput, NotFound, Refusal

MOST_NUMBERS = 60


class TooManyNumbers(Refusal):
    """More than a desk sells in an hour without a network."""

    status = 400
    message = _("Reserve 1 to %(most)s numbers.")


class BlockOpenAlready(Refusal):
    """A clerk accounts for one block before the next."""

    message = _("You have reserved numbers already. Account for them first.")


class BlockElsewhere(Refusal):
    """Another browser has these numbers."""

    message = _(
        "These numbers are in another browser. Only that one may sell and account for them."
    )


@dataclass(frozen=True, slots=True)
class Sold:
    """What a desk tells of one number; ``given_fen`` is what the buyer gave, ``who`` the line typed."""

    number: int
    at: datetime
    given_fen: int | None = None
    who: str = ""


@dataclass(slots=True)
class Merged:
    """Which numbers are accounted for now, and which cannot be, with the code of the reason.

    ``unnamed``: of the accepted ones those whose buyer could not be named, and why, in words.
    """

    accepted: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    unnamed: dict[int, str] = field(default_factory=dict)
    is_closed: bool = False


def reserve(
    *,
    kind: str,
    ref: str,
    counts: Mapping[str, int],
    device_key: str,
    shift: Shift,
    at: datetime,
) -> NumberBlock:
    """Reserve so many numbers of each class; where there is less room, as many as there is.

    The same ``device_key`` again finds the block it made.

    :raises Refusal: TooManyNumbers, BlockOpenAlready, the seller's own; SoldOut: there is room for none.
    """
    wanted = [code for code, number in sorted(counts.items()) for _one in range(number)]
    if not 1 <= len(wanted) <= MOST_NUMBERS:
        raise TooManyNumbers(most=MOST_NUMBERS)
    if not 16 <= len(device_key) <= 64:
        raise BadInput(field="device_key")
    known = NumberBlock.objects.filter(device_key=device_key).first()
    if known is not None:
        return known
    if NumberBlock.objects.filter(clerk=shift.clerk_id, closed_at=None).exists():
        raise BlockOpenAlready
    asks = [Ask(kind=kind, ref=ref, party=(Member(code),)) for code in wanted]
    asks = carts.at_counter(asks, shift.organisation_id, at)
    prices = {ask.party[0].class_code: offer_of(ask, shift, at).price_fen for ask in asks}
    block = NumberBlock.objects.create(
        organisation=shift.organisation, clerk_id=shift.clerk_id, device_key=device_key,
        region_id=shift.organisation.region_id or 0, kind=kind, ref=ref, reserved_at=at,
    )  # fmt: skip
    _fill(block, asks, prices, at)
    return block


def _fill(block: NumberBlock, asks: Sequence[Ask], prices: Mapping[str, int], at: datetime) -> None:
    requests = [
        orders.PlaceRequest(
            actor=block.actor,
            request_key=f"number-{number:04}",
            region_id=block.region_id,
            asks=(ask,),
            shown_total_fen=prices[ask.party[0].class_code],
            language="zh-hans",
            channel=ask.channel,
            names_follow=True,
        )
        for number, ask in enumerate(asks, start=1)
    ]
    outcomes = orders.place_many(requests, at=at)
    placed = [(n, one) for n, one in enumerate(outcomes, start=1) if isinstance(one, Order)]
    if not placed:
        block.delete()
        raise next(one for one in outcomes if isinstance(one, Refusal))
    BlockNumber.objects.bulk_create(
        BlockNumber(block=block, number=n, order=order, price_fen=order.total_fen)
        for n, order in placed
    )
    for _number, order in placed:
        _pay(order, block, at)


def _pay(order: Order, block: NumberBlock, at: datetime) -> None:
    if order.unpaid_fen > 0:
        payable = replace(payments.next_of(order, at=at), payer=block.actor)
        payments.pay(
            payable=payable, provider="numbers", at=at, buyer=payments.Buyer(return_url="")
        )


def find_block(block_id: int, *, device_key: str, organisation_id: int) -> NumberBlock:
    """A block of a house, for the browser that has it.

    :raises NotFound: none of this house. :raises BlockElsewhere: another browser has it.
    """
    block = NumberBlock.objects.filter(pk=block_id, organisation=organisation_id).first()
    if block is None:
        raise NotFound
    if block.device_key != device_key:
        raise BlockElsewhere
    return block


def merge(
    block: NumberBlock,
    *,
    sales: Sequence[Sold],
    is_done: bool,
    actor: str,
    shift: Shift,
    at: datetime,
) -> Merged:
    """Account for sold numbers, once each; ``is_done``: the others were not sold and go back.

    :raises NoShift: the drawer that the cash lies in is closed.
    """
    merged = Merged()
    rows = {row.number: row for row in block.numbers.select_related("order", "block")}
    for sold in sales:
        row = rows.get(sold.number)
        why = "unknown" if row is None else _account(row, sold, actor, shift, at)
        if why:
            merged.refused[sold.number] = why
        else:
            merged.accepted.append(sold.number)
            if row is not None and sold.who:
                trouble = naming.name(row, sold.who, actor=actor, at=at)
                merged.unnamed |= {sold.number: trouble.reason} if trouble else {}
    if is_done:
        for row in block.numbers.filter(state=NumberState.RESERVED).select_related("order"):
            _return(row, actor, at)
    merged.is_closed = _close(block, at)
    return merged


def _account(row: BlockNumber, sold: Sold, actor: str, shift: Shift, at: datetime) -> str:
    """Note a number as sold, then put its cash into the drawer; why it cannot be, or nothing.

    In this order: one that goes back at this moment is not paid for as well. Cash that was not taken
    because this died in between is taken when it is told again.
    """
    if row.price_fen and not row.token:
        return "not-ready"
    if row.state == NumberState.RESERVED and not _claim(row, sold, shift, at):
        row.refresh_from_db(fields=["state"])
    if row.state == NumberState.RETURNED:
        return "returned"
    if row.price_fen and not drawers.take(
        actor=actor, token=row.token, amount_fen=row.price_fen, words=row.order.code,
        source=row.block.actor, at=at,
    ):  # fmt: skip
        raise drawers.NoShift
    return ""


def _claim(row: BlockNumber, sold: Sold, shift: Shift, at: datetime) -> bool:
    """Sold, and not given back: who comes first decides."""
    with transaction.atomic():
        reserved = BlockNumber.objects.filter(pk=row.pk, state=NumberState.RESERVED)
        if not reserved.update(state=NumberState.SOLD, sold_at=min(sold.at, at)):
            return False
        Sale.objects.create(
            order=row.order, shift=shift, given_fen=sold.given_fen, at=min(sold.at, at)
        )
    return True


def _return(row: BlockNumber, actor: str, at: datetime) -> None:
    """Give a number's place and money back; one that has let somebody in stays until it is told."""
    if Voucher.objects.filter(line__order=row.order, entries_used__gt=0).exists():
        return
    line = row.order.lines.get()
    with transaction.atomic():
        mine = BlockNumber.objects.filter(pk=row.pk, state=NumberState.RESERVED)
        if mine.update(state=NumberState.RETURNED):
            refunds.cancel_for(
                order=row.order,
                parts={line.pk: [part.key for part in line.open_parts]},
                refund_fen=row.price_fen,
                actor=actor,
                reason=Reason.OPERATOR,
                at=at,
            )


def _close(block: NumberBlock, at: datetime) -> bool:
    if block.numbers.filter(state=NumberState.RESERVED).exists():
        return False
    NumberBlock.objects.filter(pk=block.pk, closed_at=None).update(closed_at=at)
    return True


def refuse_while_open(shift: Shift) -> None:
    """A drawer is not counted while numbers of its clerk are not accounted for.

    :raises BlockOpenAlready: there are some.
    """
    if NumberBlock.objects.filter(clerk=shift.clerk_id, closed_at=None).exists():
        raise BlockOpenAlready
