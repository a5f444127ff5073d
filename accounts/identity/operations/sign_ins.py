"""Browsers in which somebody is signed in: begun, ended one by one or all at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.identity.models import VISIT_LONGEST, WORK_LONGEST, SignIn, User
from kernel.audit import operations as audit
from kernel.errors import NotFound
from kernel.outbox import operations as outbox

SIGNED_IN = "accounts.identity.signed-in"


def start(*, user: User, guest: str, is_work: bool, browser: str, at: datetime) -> SignIn:
    """Note that somebody signed in. Who they were as a ``guest`` is told to the houses above."""
    with transaction.atomic():
        sign_in = SignIn.objects.create(
            user=user,
            is_work=is_work,
            browser=browser[:80],
            started_at=at,
            seen_at=at,
            ends_at=at + (WORK_LONGEST if is_work else VISIT_LONGEST),
        )
        audit.record(
            actor=user.actor,
            action="accounts.signed-in",
            subject=f"sign-in:{sign_in.pk}",
            at=at,
        )
        outbox.record(
            name=SIGNED_IN,
            key=f"sign-in:{sign_in.pk}",
            facts={"user_id": user.pk, "guest_actor": guest},
            at=at,
        )
    return sign_in


def end_one(*, sign_in_id: int, user: User, at: datetime) -> None:
    """Sign one of the person's browsers out.

    :raises NotFound: it is not theirs, or over already.
    """
    open_one = SignIn.objects.filter(pk=sign_in_id, user=user, ended_at__isnull=True)
    with transaction.atomic():
        if not open_one.update(ended_at=at):
            raise NotFound
        audit.record(
            actor=user.actor, action="accounts.signed-out", subject=f"sign-in:{sign_in_id}", at=at
        )


def end_all(*, user: User, at: datetime, keep: int | None = None) -> int:
    """Sign the person out everywhere but in the sign-in ``keep``; return how many ended."""
    open_ones = SignIn.objects.filter(user=user, ended_at__isnull=True)
    with transaction.atomic():
        ended = open_ones.exclude(pk=keep or 0).update(ended_at=at)
        if ended:
            audit.record(
                actor=user.actor,
                action="accounts.signed-out-everywhere",
                subject=user.actor,
                facts={"ended": ended},
                at=at,
            )
    return ended
