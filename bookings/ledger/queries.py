"""Balances, read from the postings."""

from django.db.models import QuerySet, Sum

from bookings.ledger.models import Entry, Posting


def balance(account: str) -> int:
    """What an account stands at, in fen; 0 for one never posted to."""
    return Posting.objects.filter(account=account).aggregate(sum=Sum("amount_fen"))["sum"] or 0


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
