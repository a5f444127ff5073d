"""Balances, read from the postings."""

from django.db.models import QuerySet, Sum

from bookings.ledger.models import Entry, Posting


def balance(account: str) -> int:
    """What an account stands at, in fen; 0 for one never posted to."""
    return Posting.objects.filter(account=account).aggregate(sum=Sum("amount_fen"))["sum"] or 0


def entries_of(subject: str) -> QuerySet[Entry]:
    """Every entry about a subject such as "order:55", oldest first, with its postings."""
    return Entry.objects.filter(subject=subject).prefetch_related("postings").order_by("id")
