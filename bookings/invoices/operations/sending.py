"""Invoices and red letters are sent to the service and asked about; what is stuck waits for a person."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from bookings.invoices import queries, services
from bookings.invoices.models import File, Invoice, State
from bookings.invoices.operations.beginning import begin, say_begun, start_over
from bookings.invoices.operations.numbers import new_number
from bookings.invoices.services import Answer, FileKind, Outcome, Service, ServiceDown
from kernel import seals
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from kernel.outbox.registry import NotYet

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(days=4)
"""So long a service may be silent, or wait for the buyer's consent (72 hours), before a person must look."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 5, 600
_FILE_PURPOSE = "invoice-file"

NO_ANSWER = gettext_noop("the invoice service does not answer")
TAKES_LONG = gettext_noop("the invoice service has had it for too long")
SWITCHED_OFF = gettext_noop("no invoice service is switched on")
OTHER_SUM = gettext_noop("the invoice service has issued another sum")


class NotStuck(Refusal):
    """Only what is stuck is tried again."""

    code = "not_stuck"
    message = _("This invoice does not wait for a person (any more).")


def pursue(*, invoice_id: int, at: datetime) -> None:
    """Bring an invoice on its way: send it, or ask about it. Outside any transaction; once by its number."""
    invoice = Invoice.objects.select_related("red_of").get(pk=invoice_id)
    if invoice.state == State.ISSUING:
        _pursue(invoice, at)


def _pursue(invoice: Invoice, at: datetime) -> None:
    service = services.current()
    if service is None:
        _wait(invoice, SWITCHED_OFF, at)
        return
    try:
        answer = _deal(service, invoice, at)
    except ServiceDown:
        _wait(invoice, NO_ANSWER, at)
    else:
        _note(invoice, answer, at)


def _deal(service: Service, invoice: Invoice, at: datetime) -> Answer:
    """Asked about first, where it may have been sent: the service may have it."""
    wanted = queries.wanted(invoice)
    if invoice.sent_at is not None:
        known = service.fetch(wanted)
        if known.outcome is not Outcome.UNKNOWN:
            return known
    Invoice.objects.filter(pk=invoice.pk, sent_at=None).update(sent_at=at)
    return service.issue(wanted)


def _note(invoice: Invoice, answer: Answer, at: datetime) -> None:
    if answer.outcome is Outcome.ISSUED:
        _issued(invoice, answer, at)
    elif answer.outcome is Outcome.FAILED:
        _move(invoice, state=State.FAILED, why=answer.why[:200], is_refused=True, next_at=None)
    else:
        _wait(invoice, TAKES_LONG, at)


def _issued(invoice: Invoice, answer: Answer, at: datetime) -> None:
    if answer.total_fen != invoice.total_fen:
        _move(invoice, state=State.FAILED, why=OTHER_SUM, next_at=None)
        return
    with transaction.atomic(durable=True):
        is_new = _move(
            invoice,
            state=State.ISSUED,
            serial=answer.serial,
            issued_at=answer.issued_at or at,
            why="",
            is_refused=False,
            next_at=None,
        )
        if not is_new:
            return
        File.objects.bulk_create(
            File(invoice=invoice, kind=kind, url=url) for kind, url in answer.files.items()
        )
        outbox.record(
            name="bookings.invoice.issued",
            key=f"issued:{invoice.pk}",
            facts={"invoice_id": invoice.pk, "order_id": invoice.order_id},
            at=at,
        )


def _wait(invoice: Invoice, why: str, at: datetime) -> None:
    """Again a little later, twice as late each time; after days a person must look."""
    wait_s = min(_FIRST_WAIT_S * 2 ** min(invoice.tries, 10), _LONGEST_WAIT_S)
    begun_at = invoice.sent_at or invoice.asked_at
    changes: dict[str, Any] = {"next_at": at + timedelta(seconds=wait_s)}
    if why != TAKES_LONG:
        changes["why"] = why
    if invoice.tries and at - begun_at > GIVE_UP_AFTER:
        changes |= {"state": State.FAILED, "why": why, "next_at": None}
    _move(invoice, tries=F("tries") + 1, **changes)


def _move(invoice: Invoice, **changes: Any) -> bool:
    """Write what has become of it, unless somebody was faster."""
    same = Invoice.objects.filter(pk=invoice.pk, number=invoice.number, state=invoice.state)
    return bool(same.update(**changes))


def look_at_due(*, at: datetime) -> int:
    """Everything whose time has come: begun, or asked about; how many. Each one by itself."""
    due = Invoice.objects.filter(next_at__lte=at).order_by("next_at")
    found = list(due.values_list("pk", "state")[:200])
    for invoice_id, state in found:
        try:
            if state == State.ASKED:
                begin(invoice_id=invoice_id, at=at)
            else:
                pursue(invoice_id=invoice_id, at=at)
        except Exception:
            logger.exception("invoice %s cannot be brought on", invoice_id)
    return len(found)


def retry(*, invoice_id: int, actor: str, at: datetime) -> None:
    """A person gives a stuck one another try, by a new number where the service has refused the old one.

    The service is asked first, so outside any transaction: somebody may have mended it there.

    :raises NotStuck: it is not.
    """
    invoice = Invoice.objects.select_related("red_of").get(pk=invoice_id)
    if invoice.state != State.FAILED:
        raise NotStuck
    audit.record(actor=actor, action="invoice.retry", subject=invoice.subject, at=at)
    if invoice.sent_at is not None and _is_mended(invoice, at):
        return
    with transaction.atomic(durable=True):
        same = Invoice.objects.filter(pk=invoice.pk, state=State.FAILED, number=invoice.number)
        locked = same.select_for_update(no_key=True).first()
        if locked is None:
            raise NotStuck
        if locked.red_of_id is None and (locked.is_refused or locked.sent_at is None):
            start_over(locked, number=new_number(), at=at)
            return
        fresh = {"number": new_number(), "sent_at": None} if locked.is_refused else {}
        same.update(state=State.ISSUING, is_refused=False, why="", tries=0, next_at=at, **fresh)
        say_begun(locked, at)


def _is_mended(invoice: Invoice, at: datetime) -> bool:
    """Whether the service has it after all, or is at it. Silence mends nothing."""
    service = services.current()
    try:
        answer = service.fetch(queries.wanted(invoice)) if service else None
    except ServiceDown:
        return False
    if answer is None or answer.outcome not in (Outcome.ISSUED, Outcome.PENDING):
        return False
    if answer.outcome is Outcome.ISSUED:
        _issued(invoice, answer, at)
    else:
        _move(invoice, state=State.ISSUING, is_refused=False, next_at=at)
    return True


def collect(*, invoice_id: int) -> None:
    """Fetch the forms of an issued invoice, so that they are had from us. Outside any transaction.

    :raises NotYet: the service does not deliver them now.
    """
    service = services.current()
    for file in File.objects.filter(invoice=invoice_id, sealed="").order_by("pk"):
        try:
            raw = service.download(file.url) if service else b""
        except ServiceDown as down:
            raise NotYet from down
        if raw:
            sealed = seals.seal(base64.b64encode(raw).decode(), purpose=_FILE_PURPOSE)
            File.objects.filter(pk=file.pk, sealed="").update(sealed=sealed)


def read_file(file: File) -> bytes:
    """A form of an invoice in plain."""
    return base64.b64decode(seals.unseal(file.sealed, purpose=_FILE_PURPOSE))


CONTENT_TYPES: Mapping[str, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.OFD: "application/ofd",
    FileKind.XML: "application/xml",
}
