"""Every way in which a door says no, in words that help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from bookings.vouchers.models import Voucher
from kernel.errors import Refusal


class NotAdmitted(Refusal):
    """Why a code does not open this post. ``voucher`` is the one that was looked at, if any."""

    def __init__(self, *, voucher: Voucher | None = None, **facts: Any) -> None:
        super().__init__(**facts)
        self.voucher = voucher


class UnknownCode(NotAdmitted):
    """No pass has this code."""

    code = "unknown_code"
    status = 404
    message = _("This code is not known. Compare it with the holder's page, letter by letter.")


class NotOurs(NotAdmitted):
    """A good code, with nothing on it for the organisation that scans."""

    code = "not_ours"
    message = _("This code is good, but nothing on it is for you. The holder's page says where.")


class WrongPlace(NotAdmitted):
    """Good at another place or for another run of the same organisation."""

    code = "wrong_place"
    message = _("Not here. This code is good for: %(title)s, %(starts_at)s.")


class OnlyBeside(NotAdmitted):
    """It has what is used beside the way in, but not the way in itself."""

    code = "only_beside"
    message = _("Only for: %(title)s. There is no entry here on this code; nothing was used.")


class NotThisDoor(NotAdmitted):
    """Good here, but through one of the other ``doors``."""

    code = "not_this_door"
    message = _("Not this door. It is good at: %(doors)s.")

    def __init__(self, *, voucher: Voucher | None, doors: Sequence[str]) -> None:
        super().__init__(voucher=voucher, doors=", ".join(doors))
        self.doors = doors


class TooEarly(NotAdmitted):
    """Its window is not open yet."""

    code = "too_early"
    message = _("Too early: good from %(valid_from)s until %(valid_until)s. Scan it again then.")


class TooLate(NotAdmitted):
    """Its window is over."""

    code = "too_late"
    message = _("Too late: it was good until %(valid_until)s.")


class ReentryOver(NotAdmitted):
    """Its days of coming in again are over."""

    code = "reentry_over"
    message = _("Coming in again was possible until %(valid_until)s.")


class AlreadyUsed(NotAdmitted):
    """Every entry was used."""

    code = "already_used"
    message = _("Used already: %(used_at)s, %(place)s.")


class InsideAlready(NotAdmitted):
    """Comes in again only after going out."""

    code = "inside_already"
    message = _(
        "Inside already: entered %(used_at)s, %(place)s. Whoever left has to be scanned out."
    )


class NotInside(NotAdmitted):
    """Nobody, or not so many, came in by it."""

    code = "not_inside"
    message = _("By this code %(left)s are inside, not more.")


class Voided(NotAdmitted):
    """Cancelled, and perhaps paid back."""

    code = "voided"
    message = _("Cancelled on %(voided_at)s.")


class Barred(NotAdmitted):
    """The pass was let in twice or the like, and nobody has looked at it yet."""

    code = "barred"
    message = _("To be looked at by the desk: this code was used in two places.")


class RestUnpaid(NotAdmitted):
    """A part of the price was to be paid before use, and is not."""

    code = "rest_unpaid"
    message = _("The rest of the price is not paid yet. It can be paid on the holder's page.")


class NotEnough(NotAdmitted):
    """More people than the code still lets in."""

    code = "not_enough"
    message = _("Only %(left)s can still enter with this code.")


class HowMany(NotAdmitted):
    """A party: who scans says how many of them pass now."""

    code = "how_many"
    message = _("%(left)s can pass with this code. How many pass now?")
