"""The bank's files: what is to be transferred, each payout in one file only."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.settlement.models import BankFile, Payout, PayoutState
from bookings.settlement.operations.payouts import NotWaiting, mark_sent
from kernel.audit import operations as audit
from kernel.errors import Refusal


class NothingDue(Refusal):
    """A file has rows."""

    code = "nothing_due"
    message = _("Nothing is to be transferred that is in no file yet.")


def make_file(*, actor: str, at: datetime) -> BankFile:
    """Put every payout that is due and in no file into a new one.

    :raises NothingDue: there is none; nothing was made.
    """
    with transaction.atomic(durable=True):
        made = BankFile.objects.create(made_by=actor, made_at=at, rows=0)
        due = Payout.objects.filter(state=PayoutState.DUE, file=None)
        made.rows = due.update(file=made)
        if not made.rows:
            raise NothingDue
        made.save(update_fields=["rows"])
        _note("bank-file.make", made, actor, at)
    return made


def note_download(*, file: BankFile, actor: str, at: datetime) -> None:
    """Who takes a file reads suppliers' accounts: that is written down."""
    _note("bank-file.download", file, actor, at)


def mark_file_sent(*, file_id: int, reference: str, actor: str, at: datetime) -> int:
    """The bank has taken the file: what of it is still due is transferred; how many.

    Each payout by itself: one that has come back meanwhile holds nobody up.

    :raises NothingGiven: no reference.
    """
    sent = 0
    due = Payout.objects.filter(file=file_id, state=PayoutState.DUE).order_by("pk")
    for payout_id in list(due.values_list("pk", flat=True)):
        try:
            mark_sent(payout_id=payout_id, reference=reference, actor=actor, at=at)
        except NotWaiting:
            continue
        sent += 1
    return sent


def _note(action: str, file: BankFile, actor: str, at: datetime) -> None:
    audit.record(
        actor=actor, action=action, subject=f"bank-file:{file.pk}", facts={"rows": file.rows}, at=at
    )
