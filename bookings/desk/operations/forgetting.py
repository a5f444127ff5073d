"""Whose documents a counter has read is not kept for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.travellers import operations as travellers
from bookings.vouchers import queries as vouchers
from kernel.audit import operations as audit

BOOK = "counter:"
"""What the names of all books begin with that a counter writes: of a sale, a drawer, a number."""

KEEP_FOR = timedelta(days=90)
"""So long after the visit, as the lists of groups: until then money may go back and somebody may ask."""


def forget_old(*, at: datetime) -> int:
    """Delete names and documents that counters have entered, ninety days after the last use; how many people.

    Who came to buy and bought nothing goes ninety days after that. Numbers, classes and the order stay;
    passes keep the name that they were issued to, as all do. Audited.
    """
    before = at - KEEP_FOR
    with transaction.atomic():
        people = travellers.forget_entered(
            books=BOOK, before=before, kept=vouchers.travellers_with(valid_after=before)
        )
        if people:
            audit.record(
                actor="system", action="desk.people.forget", subject="counter", at=at,
                facts={"people": people},
            )  # fmt: skip
    return people
