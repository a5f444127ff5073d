"""Timed entry: what is sold, for how much, to whom, and the slots people come in.

Counts live in bookings.inventory: a slot, its day and the site's own channel each have a Bucket,
named here by plain id, because a foreign key would lock the hot bucket once more per sale.
"""

from tourism.tickets.models.annual import AnnualCard
from tourism.tickets.models.groups import Group
from tourism.tickets.models.patterns import (
    LIMIT_PERIODS,
    SHARED_CHANNELS,
    ChannelShare,
    PatternSeason,
    PersonLimit,
    SlotPattern,
)
from tourism.tickets.models.prices import (
    Concession,
    FamilyPrice,
    PriceRule,
)
from tourism.tickets.models.products import (
    AdmitUntil,
    Product,
    ProductKind,
    Way,
)
from tourism.tickets.models.slots import (
    Admission,
    EntryDay,
    Slot,
)
from tourism.tickets.models.suspensions import Choice, StoppedLine, Suspension

__all__ = (
    "LIMIT_PERIODS",
    "SHARED_CHANNELS",
    "Admission",
    "AdmitUntil",
    "AnnualCard",
    "ChannelShare",
    "Choice",
    "Concession",
    "EntryDay",
    "FamilyPrice",
    "Group",
    "PatternSeason",
    "PersonLimit",
    "PriceRule",
    "Product",
    "ProductKind",
    "Slot",
    "SlotPattern",
    "StoppedLine",
    "Suspension",
    "Way",
)
