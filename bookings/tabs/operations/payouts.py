"""Pay out what the platform owes the holder of a tab: by one person, or above the limit by two."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.tabs import queries
from bookings.tabs.models import Item, Payout, Tab
from kernel.audit import operations as audit
from kernel.errors import Refusal


class NothingOwed(Refusal):
    """The tab is not below zero, or no longer so far."""

    code = "nothing_owed"
    message = gettext_lazy("%(tab)s is not owed so much (any more).")


class AlreadyAsked(Refusal):
    """One open payout a tab."""

    code = "already_asked"
    message = gettext_lazy("A payout to %(tab)s waits for a second person already.")


class NotOpen(Refusal):
    """It was paid out or given up before."""

    code = "not_open"
    message = gettext_lazy("This payout does not wait for anybody (any more).")


class SecondPerson(Refusal):
    """Who asked for it cannot be the second person."""

    code = "second_person"
    message = gettext_lazy("Somebody else must approve this: you have asked for it.")


def pay_out(*, tab_id: int, actor: str, at: datetime) -> Payout:
    """Pay out all that a tab is below zero: at once, or, above the limit, once a second person approves it.

    :raises NothingOwed: it is not below zero. :raises AlreadyAsked: one waits.
    :raises OwnMoney: who asks is on the tab. Nothing has changed then.
    """
    with transaction.atomic(durable=True):
        tab = Tab.objects.select_for_update(no_key=True).get(pk=tab_id)
        _refuse_own(tab, actor)
        if tab.used_fen >= 0:
            raise NothingOwed(tab=tab.name)
        if tab.payouts.filter(paid_at=None, dropped_at=None).exists():
            raise AlreadyAsked(tab=tab.name)
        made = Payout.objects.create(tab=tab, fen=-tab.used_fen, asked_by=actor, asked_at=at)
        if made.fen > settings.REFUND_LIMIT_FEN:
            _note("tab.propose-payout", made, actor, at)
        else:
            _carry_out(made, actor, at)
    return made


def approve_payout(*, payout_id: int, actor: str, at: datetime) -> Payout:
    """The second person says yes, and the money goes.

    :raises NotOpen: it does not wait. :raises SecondPerson: the same person. :raises OwnMoney: who
        approves is on the tab. :raises NothingOwed: the tab was used meanwhile; nothing has changed.
    """
    with transaction.atomic(durable=True):
        payout = _locked(payout_id)
        if payout.asked_by == actor:
            raise SecondPerson
        _refuse_own(payout.tab, actor)
        payout.approved_by = actor
        payout.save(update_fields=["approved_by"])
        _carry_out(payout, actor, at)
    return payout


def drop_payout(*, payout_id: int, actor: str, at: datetime) -> Payout:
    """Give up a payout that waits. :raises NotOpen: it does not."""
    with transaction.atomic(durable=True):
        payout = _locked(payout_id)
        payout.dropped_at = at
        payout.save(update_fields=["dropped_at"])
        _note("tab.drop-payout", payout, actor, at)
    return payout


def _refuse_own(tab: Tab, actor: str) -> None:
    if actor in queries.actors_of(tab):
        raise orders.OwnMoney


def _locked(payout_id: int) -> Payout:
    """A payout that waits, its tab locked before it."""
    tab = Tab.objects.select_for_update(no_key=True).filter(payouts=payout_id).first()
    waiting = Payout.objects.filter(pk=payout_id, paid_at=None, dropped_at=None)
    payout = waiting.select_for_update(no_key=True).first()
    if tab is None or payout is None:
        raise NotOpen
    return payout


def _carry_out(payout: Payout, actor: str, at: datetime) -> None:
    """Tab, line and books move together; the tab is locked."""
    tab, fen = payout.tab, payout.fen
    if not _take_off(tab, fen):
        raise NothingOwed(tab=tab.name)
    payout.paid_at = at
    payout.save(update_fields=["paid_at"])
    Item.objects.create(
        tab=tab, token=f"payout:{payout.pk}", fen=fen, actor=actor, words=_("Paid out"), at=at
    )
    ledger.post(
        key=f"tab-payout:{payout.pk}",
        subject=tab.subject,
        memo="tab paid out",
        postings=[(tab.subject, fen), ("bank:payouts", -fen)],
        region_id=tab.region_id,
        currency=tab.currency,
        at=at,
    )
    _note("tab.pay-out", payout, actor, at)


def _take_off(tab: Tab, fen: int) -> bool:
    owed = Tab.objects.filter(pk=tab.pk, used_fen__lte=-fen)
    return owed.update(used_fen=F("used_fen") + fen) == 1


def _note(action: str, payout: Payout, actor: str, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=payout.tab.subject,
        at=at,
        facts={"payout_id": payout.pk, "amount_fen": payout.fen},
    )
