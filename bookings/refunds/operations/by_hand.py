"""Money that cannot go back the way it came: the buyer says where, a person transfers it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.refunds.models import BankDetails, Refund, RefundState
from bookings.refunds.operations.requests import SecondPerson
from bookings.refunds.operations.rest import held_by, is_at_the_bank
from bookings.refunds.operations.sending import ask_about_stuck, say_done
from kernel import codes, seals
from kernel.audit import operations as audit
from kernel.errors import Refusal

LINK_WORKS_FOR = timedelta(days=14)
KEEP_FOR = timedelta(days=30)
"""Details that nobody has used after so long are wiped; the buyer is asked again."""

_PURPOSE = "bank"


class NotStuck(Refusal):
    """Only a refund that the payment service has refused is paid out by hand."""

    code = "not_stuck"
    message = _("This refund does not wait for a person (any more).")


class NotAsked(Refusal):
    """Money is transferred by hand only after the buyer was asked where to."""

    code = "not_asked"
    message = _("Ask the buyer for an account first.")


class WithTheBank(Refusal):
    """While a bank decides whether the buyer has the money back, nobody transfers it as well."""

    code = "with_the_bank"
    message = _("A bank is still deciding whether the buyer gets it back from there. Please wait.")


class LinkGone(Refusal):
    """The link was used, replaced or is too old."""

    code = "link_gone"
    status = 404
    message = _("This link was used already or is too old. Please ask us for a new one.")


class Account(msgspec.Struct, frozen=True):
    """Where a transfer goes."""

    holder: str
    number: str
    bank: str


def ask_for_account(*, refund_id: int, actor: str, at: datetime) -> BankDetails:
    """Make a link by which the buyer can say once where a stuck refund is to go; an older one is void.

    The provider is asked once more before, so outside any transaction: that it did not answer does not
    mean that it did nothing.

    :raises NotStuck: the refund does not wait for a person, or has gone the usual way after all.
    """
    stuck = Refund.objects.select_related("attempt").filter(pk=refund_id, state=RefundState.FAILED)
    for refund in stuck:
        ask_about_stuck(refund, at)
    with transaction.atomic(durable=True):
        refund = Refund.objects.select_for_update(no_key=True).get(pk=refund_id)
        if refund.state != RefundState.FAILED:
            raise NotStuck
        asked, _is_new = BankDetails.objects.update_or_create(
            refund=refund,
            defaults={
                "token": codes.new_token(),
                "asked_by": actor,
                "expires_at": at + LINK_WORKS_FOR,
                "sealed": "",
                "given_at": None,
                "wiped_at": None,
            },
        )
        audit.record(actor=actor, action="refund.ask-account", subject=_subject(refund), at=at)
    return asked


def open_link(token: str, *, at: datetime) -> BankDetails:
    """What a link asks for.

    :raises LinkGone: used, replaced or too old.
    """
    asked = (
        BankDetails.objects.select_related("refund__order__region")
        .filter(token=token, expires_at__gt=at, given_at__isnull=True, wiped_at__isnull=True)
        .first()
    )
    if asked is None or asked.refund.state != RefundState.FAILED:
        raise LinkGone
    return asked


def give_account(*, token: str, account: Account, at: datetime) -> None:
    """Take the buyer's details, once.

    :raises LinkGone: used, replaced or too old; nothing was kept.
    """
    asked = open_link(token, at=at)
    sealed = seals.seal(msgspec.json.encode(account).decode(), purpose=_PURPOSE)
    unused = BankDetails.objects.filter(pk=asked.pk, token=token, given_at=None, wiped_at=None)
    if not unused.update(sealed=sealed, given_at=at):
        raise LinkGone


def reveal_account(*, refund_id: int, actor: str, at: datetime) -> Account | None:
    """The details in plain, for whoever makes the transfer; looking is written down. None: not given."""
    details = BankDetails.objects.filter(refund_id=refund_id).exclude(sealed="").first()
    if details is None:
        return None
    audit.record(actor=actor, action="refund.see-account", subject=_subject(details.refund), at=at)
    return msgspec.json.decode(seals.unseal(details.sealed, purpose=_PURPOSE), type=Account)


def pay_out(*, refund_id: int, reference: str, actor: str, at: datetime) -> None:
    """A person has transferred the money instead; what is known of the account is wiped.

    :raises NotStuck: the refund does not wait for a person, or there is no reference.
    :raises WithTheBank: no payment holds it as long as a bank has not decided.
    :raises NotAsked: the buyer was not asked for an account, and so the provider not once more.
    :raises SecondPerson: above the limit, who asked for the account is not who transfers.
    :raises OwnMoney: it goes to who transfers it.
    """
    with transaction.atomic(durable=True):
        refund = _locked(refund_id)
        if refund.state != RefundState.FAILED or not reference.strip():
            raise NotStuck
        orders.refuse_own(refund.order, actor)
        if refund.attempt is None and is_at_the_bank(refund.order):
            raise WithTheBank
        asked = BankDetails.objects.filter(refund=refund).first()
        if asked is None:
            raise NotAsked
        if asked.asked_by in ("", actor) and _is_above_limit(refund):
            raise SecondPerson
        refund.state, refund.done_at, refund.paid_out_ref = RefundState.DONE, at, reference[:80]
        refund.save(update_fields=["state", "done_at", "paid_out_ref"])
        BankDetails.objects.filter(refund=refund).update(sealed="", wiped_at=at)
        say_done(refund, at)
        ledger.post(
            key=f"paid-out:{refund.pk}",
            subject=_subject(refund),
            memo="paid out by hand",
            postings=[
                (held_by(refund), refund.amount_fen),
                ("bank:payouts", -refund.amount_fen),
            ],
            region_id=refund.order.region_id,
            currency=refund.order.currency,
            at=at,
        )
        audit.record(
            actor=actor,
            action="refund.pay-out",
            subject=_subject(refund),
            at=at,
            facts={"amount_fen": refund.amount_fen},
        )


def _locked(refund_id: int) -> Refund:
    """Under its order's lock: two transfers of one order add up."""
    order_id = Refund.objects.values_list("order_id", flat=True).get(pk=refund_id)
    Order.objects.select_for_update(no_key=True).get(pk=order_id)
    return Refund.objects.select_for_update(no_key=True).get(pk=refund_id)


def _is_above_limit(refund: Refund) -> bool:
    """With what was transferred of the same order before."""
    paid_out = Refund.objects.filter(order_id=refund.order_id).exclude(paid_out_ref="")
    before = paid_out.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return bool(before + refund.amount_fen > settings.REFUND_LIMIT_FEN)


def wipe_old(*, at: datetime) -> int:
    """Wipe details that were not used in time; return how many."""
    old = BankDetails.objects.filter(wiped_at__isnull=True, given_at__lte=at - KEEP_FOR)
    return old.update(sealed="", wiped_at=at)


def _subject(refund: Refund) -> str:
    return f"refund:{refund.pk}"
