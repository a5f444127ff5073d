"""Why somebody was not let in, in a few words: for a gate's screen and the back office.

A refusal's own words say more, with its facts; these are for where only its code was kept.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS = {
    "forged": _("This is not a genuine code."),
    "expired": _("This code is out of date."),
    "stale": _("This code was shown earlier. Open it on the phone itself and scan it again."),
    "superseded": _("This code was replaced by a newer one: ask for the holder's page."),
    "unknown_code": _("Nobody of today has this. Compare it letter by letter."),
    "unknown_digits": _("This number is not known, or older than five minutes. Ask for a new one."),
    "not_ours": _("A good code, with nothing on it for this gate today."),
    "wrong_place": _("A good code for another place."),
    "already_used": _("Used already."),
    "voided": _("Cancelled."),
    "barred": _("To be looked at by the desk: this code was used in two places."),
    "rest_unpaid": _("The rest of the price is not paid yet."),
    "not_enough": _("Fewer people are left on this code than came."),
    "too_early": _("Too early."),
    "too_late": _("Too late."),
    "reentry_over": _("The days of coming in again are over."),
    "not_this_door": _("Good at another gate of this place."),
    "inside_already": _("Inside already: no exit was scanned."),
    "not_inside": _("Not inside: no entry was scanned."),
    "only_beside": _("Used with the way in: scan it at the gate."),
    "too_many": _("Too many wrong numbers were typed here."),
}
"""By the code of the refusal."""


def words_of(code: str) -> str:
    """What a code means; the code itself where nobody has words for it."""
    return str(WORDS.get(code, code))
