"""What of phones and numbers is kept no longer than it can be asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from bookings.codes.models import DeskNumber, PhoneKey, Series

KEEP_FOR = timedelta(days=90)
"""So long after a code was good its phones are kept: complaints about who has used it."""


def forget_old(*, at: datetime) -> int:
    """Delete the keys of phones whose codes are long out of date, and numbers that ran out; how many.

    The series stay: their sequences go up only. A pass that is good again later is bound anew.
    """
    long_ago = at - KEEP_FOR
    over = Series.objects.filter(last_day__lt=long_ago.astimezone(UTC).date()).values("serial")
    old = Q(serial__in=over, bound_at__lt=long_ago) | Q(replaced_at__lt=long_ago)
    phones, _by_model = PhoneKey.objects.filter(old).delete()
    numbers, _by_model = DeskNumber.objects.filter(good_until__lte=at).delete()
    return phones + numbers
