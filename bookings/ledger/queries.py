"""Balances, read from the postings."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from bookings.ledger.models import Entry, Posting


def balance(account: str) -> int:
    """What an account stands at, in fen; 0 for one never posted to."""
    return Posting.objects.filter(account=account).aggregate(sum=Sum("amount_fen"))["sum"] or 0


def balance_in(account: str, currency: str) -> int:
    """The same in one currency."""
    rows = Posting.objects.filter(account=account, currency=currency)
    return rows.aggregate(sum=Sum("amount_fen"))["sum"] or 0


def received(subject: str) -> dict[int, int]:
    """What has come in for a subject: fen by the number of the payment."""
    rows = Posting.objects.filter(
        entry__subject=subject,
        entry__key__startswith="received:attempt:",
        account__startswith="provider:",
    )
    return {
        int(key.rsplit(":", 1)[1]): fen for key, fen in rows.values_list("entry__key", "amount_fen")
    }


def entries_of(subject: str) -> QuerySet[Entry]:
    """Every entry about a subject such as "order:55", oldest first, with its postings."""
    return Entry.objects.filter(subject=subject).prefetch_related("postings").order_by("id")


def standing(subjects: Sequence[str], *, kinds: Sequence[str]) -> list[tuple[str, str, int]]:
    """What the accounts of these kinds ("outside") stand at for these subjects, where it is not zero.

    Rows of subject, account and fen, in the order of the first two.
    """
    of_kind = Posting.objects.filter(
        account__regex=f"^({'|'.join(kinds)}):", entry__subject__in=subjects
    )
    sums = of_kind.values_list("entry__subject", "account").annotate(fen=Sum("amount_fen"))
    return sorted(row for row in sums if row[2])


def moved(account: str, *, key: str) -> int:
    """What the entry of this key, and those whose keys go on after it with a colon, moved an account by."""
    named = Q(entry__key=key) | Q(entry__key__startswith=f"{key}:")
    rows = Posting.objects.filter(named, account=account)
    return rows.aggregate(sum=Sum("amount_fen"))["sum"] or 0


def is_begun(key: str) -> bool:
    """Whether there is an entry whose key begins so."""
    return Entry.objects.filter(key__startswith=key).exists()


def moved_by(account: str, *, subject: str, memos: Collection[str]) -> dict[str, int]:
    """What entries of a subject with one of these memos moved an account by: fen by the entry's key."""
    rows = Posting.objects.filter(account=account, entry__subject=subject, entry__memo__in=memos)
    return dict(rows.values_list("entry__key").annotate(fen=Sum("amount_fen")))


def times(keys: Collection[str]) -> dict[str, datetime]:
    """When the entries of these keys were booked; one that was not is absent. One statement."""
    return dict(Entry.objects.filter(key__in=keys).values_list("key", "at"))


_USE_KEY = re.compile(r"used:line:(\d+):(.+?)(?::again:\d+)?")


def uses(subjects: Collection[str]) -> dict[tuple[int, str], datetime]:
    """When each part (line id, key) of these subjects was used; one that was taken back is absent."""
    rows = Entry.objects.filter(subject__in=subjects, memo="used by the holder").order_by("pk")
    found = {
        pk: (_USE_KEY.fullmatch(key), at) for pk, key, at in rows.values_list("pk", "key", "at")
    }
    undone = times([f"reversal:{pk}" for pk in found])
    return {
        (int(match[1]), match[2]): at
        for pk, (match, at) in found.items()
        if match and f"reversal:{pk}" not in undone
    }
