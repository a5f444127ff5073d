"""A new version of a region's rules: it ends the one before, and takes nothing from anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.points.models import Scheme
from bookings.points.tiers import Tier, freeze
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.places.models import Region


class BeginsTooEarly(Refusal):
    """A version holds from now or later, and later than every other of its region."""

    code = "begins_too_early"
    message = _("A new version begins now or later, and after the last one.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version says: see models.Scheme."""

    earned: int = 1
    per_yuan: int = 100
    most_permille: int = 500
    years: int = 1
    told_days: int = 30
    tiers: tuple[Tier, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "earned": self.earned,
            "per_yuan": self.per_yuan,
            "most_permille": self.most_permille,
            "years": self.years,
            "told_days": self.told_days,
            "tiers": freeze(self.tiers),
        }


def publish(
    *, region_id: int, terms: Terms, valid_from: datetime, actor: str, at: datetime
) -> Scheme:
    """Write the version of a region's rules that holds from ``valid_from``.

    :raises BeginsTooEarly: before ``at``, or not after every other version.
    """
    with transaction.atomic():
        # Two people who write a version at once: the second sees the first one's.
        Region.objects.select_for_update(no_key=True).get(pk=region_id)
        later = Scheme.objects.filter(region=region_id, valid_from__gte=valid_from)
        if valid_from < at or later.exists():
            raise BeginsTooEarly(field="begins_on")
        made = Scheme.objects.create(
            region_id=region_id, valid_from=valid_from, actor=actor, made_at=at, **terms.columns
        )
        audit.record(
            actor=actor,
            action="points.publish",
            subject=f"region:{region_id}",
            facts={"valid_from": valid_from.isoformat(), **terms.columns},
            at=at,
        )
    return made
