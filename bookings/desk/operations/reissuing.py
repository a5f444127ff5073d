"""A paper was lost: a new code for its holder, and the old one is dead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.codes import operations as issuers
from bookings.desk import queries
from bookings.vouchers.models import Pass
from kernel import codes
from kernel.errors import Refusal


class NothingToReissue(Refusal):
    """No pass of this house that is still good."""

    code = "nothing_to_reissue"
    status = 404
    message = _("There is no code here that could be printed again.")


def reissue(*, pass_id: int, organisation_ids: Collection[int], actor: str, at: datetime) -> Pass:
    """Give a pass new codes: every one of it shown, printed or said before is dead. Audited.

    :raises NothingToReissue: it is no pass of these houses, or nothing on it is good any more.
    """
    with transaction.atomic():
        found = queries.good_passes(organisation_ids, at=at).filter(pk=pass_id)
        carrier = found.select_for_update(no_key=True, of=("self",)).first()
        if carrier is None:
            raise NothingToReissue
        issuers.replace(serial=carrier.serial, last_day=carrier.last_day, actor=actor, at=at)
        carrier.short_code = codes.new_code()
        carrier.save(update_fields=["short_code"])
    return carrier
