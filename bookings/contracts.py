"""What a seller and the core say to each other: frozen values and one Protocol.

The core owns these few ideas and no nouns of any trade. A seller (a house above bookings) implements
``Sellable`` once per kind and registers it in ``bookings.registry`` from its house's AppConfig.
Every verb takes a sequence, so that one order and fifty placed together run the same code.

Units: money in fen of ``currency``; instants are aware UTC datetimes; ``title`` and other words that
people read are mappings from language code ("zh-hans", "en") to text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext

from bookings.classes import has_name
from kernel.errors import Refusal

if TYPE_CHECKING:
    from bookings.orders.models import Line

Facts = Mapping[str, Any]
Words = Mapping[str, str]


class How(StrEnum):
    """Whether a due sum is taken or only set aside."""

    CHARGE = "CHARGE"
    AUTHORISE = "AUTHORISE"


class When(StrEnum):
    """When a due sum falls due, where it is not a calendar date."""

    ORDER = "ORDER"
    AFTER_USE = "AFTER_USE"


class Direction(StrEnum):
    """Which way somebody passes a door."""

    IN = "IN"
    OUT = "OUT"


class Reentry(StrEnum):
    """When somebody may come in again."""

    COUNTED = "COUNTED"
    AFTER_EXIT = "AFTER_EXIT"
    FREE = "FREE"


@dataclass(frozen=True, slots=True)
class Demand:
    """So many units of one inventory Bucket."""

    bucket_id: int
    units: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """One seat of a party: the class asked for and, once known, the person.

    ``index`` is the blind index of the person's document (hex), ``masked`` its masked form; the
    document itself never leaves accounts.travellers. ``traveller_id`` is 0 while nobody is named.
    """

    class_code: str = ""
    traveller_id: int = 0
    name: str = ""
    masked: str = ""
    index: str = ""
    birth_date: date | None = None

    @property
    def is_named(self) -> bool:
        return self.traveller_id != 0


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants: a seller's own reference, and for whom.

    ``ref`` is opaque text that only the seller of ``kind`` reads. ``party`` has one Member a person;
    goods without persons use ``quantity``.
    """

    kind: str
    ref: str
    party: tuple[Member, ...] = ()
    quantity: int = 1
    channel: str = "own"
    options: Mapping[str, str] = field(default_factory=dict)


class Period(StrEnum):
    """Within what a limit counts."""

    DAY = "DAY"
    MONTH = "MONTH"
    SEASON = "SEASON"
    YEAR = "YEAR"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` parts of a seller's ``scope`` for one real person in the period from ``begins`` on.

    ``person`` is the blind index of their document, ``masked`` how they are called where it is refused.
    ``bucket_id`` is set by the core.
    """

    scope: str
    period: Period
    begins: date
    most: int
    person: str
    masked: str
    bucket_id: int = 0

    @property
    def key(self) -> str:
        """The bucket that counts it."""
        return f"person:{self.person}:{self.scope}:{self.period.value}:{self.begins}"


class Payer(StrEnum):
    """Who bears a discount."""

    PLATFORM = "PLATFORM"
    SUPPLIER = "SUPPLIER"

    @property
    def label(self) -> str:
        """Who that is, in words."""
        if self is Payer.SUPPLIER:
            return gettext("borne by the supplier")
        return gettext("borne by the platform")


@dataclass(frozen=True, slots=True)
class Discount:
    """What a campaign takes off a part, in fen, and who bears it.

    ``buckets`` are held once, with a unit each, for all parts of an order that have this discount:
    they are given back with the last of these parts. Of ``budget_id`` each part holds its own fen.
    """

    code: str
    title: Words
    fen: int
    payer: Payer
    buckets: tuple[int, ...] = ()
    budget_id: int | None = None

    @property
    def counted(self) -> tuple[int, ...]:
        """All buckets that count how often, or how much, it is given."""
        return self.buckets if self.budget_id is None else (*self.buckets, self.budget_id)


@dataclass(frozen=True, slots=True)
class Part:
    """The smallest piece of an Offer that can be cancelled alone: one person, one night.

    ``saved_fen`` is what it costs less than alone, because of the GroupPrice called ``group_code``;
    ``discounts`` are what campaigns take off that. ``price_fen`` is what is paid in the end. ``limits``
    are what one person may have of it: counted where the person is known.
    """

    key: str
    title: Words
    price_fen: int
    class_code: str = ""
    traveller_id: int = 0
    demands: tuple[Demand, ...] = ()
    saved_fen: int = 0
    group_code: str = ""
    discounts: tuple[Discount, ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def own_fen(self) -> int:
        """What it costs alone and without campaigns, in fen."""
        return self.price_fen + self.saved_fen + self.discount_fen

    @property
    def discount_fen(self) -> int:
        """What campaigns take off, in fen."""
        return sum(discount.fen for discount in self.discounts)

    @property
    def before_fen(self) -> int:
        """What it costs before campaigns take anything off, in fen."""
        return self.price_fen + self.discount_fen

    @property
    def promoted_fen(self) -> int:
        """What the platform pays of it for the buyer, in fen."""
        return sum(each.fen for each in self.discounts if each.payer is Payer.PLATFORM)

    @property
    def claim_fen(self) -> int:
        """What its supplier is to have for it, in fen: a discount of the platform takes nothing off."""
        return self.price_fen + self.promoted_fen


@dataclass(frozen=True, slots=True)
class GroupPrice:
    """A published price for parts of one thing (same kind, same ref) that are bought together.

    With ``members`` (class code, how many) it is a set: those parts cost ``price_fen`` together or,
    where that is None, ``permille`` of what they cost alone. Without members it is a group: from
    ``least`` parts on, of whatever class, each costs ``permille`` of what it costs alone.
    """

    code: str
    title: Words
    members: tuple[tuple[str, int], ...] = ()
    least: int = 0
    price_fen: int | None = None
    permille: int = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a cancellation ladder: until ``before_s`` seconds before the start, keep ``permille``.

    ``permille`` of the price is given back when the cancellation comes at least ``before_s`` seconds
    before ``starts_at``. A negative ``before_s`` means after the start.
    """

    before_s: int
    permille: int


TRANSFERS = 1
"""How often a code may be given to somebody else, where what was sold says nothing ("transfers")."""

TRANSFER_DAYS = 1
"""Until the end of which local day before its first use, where it says nothing ("transfer_days")."""

HANDOVER_PERMILLE = 50
"""What handing a part on to the waiting list costs where its terms say nothing else, also of what was
sold before: a twentieth."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The cancellation ladder, frozen into the line at purchase. No rung fits: nothing comes back.

    ``handover_permille``: of its price, what a part costs that is given back because the waiting list
    takes it. ``changes``: how often it may be exchanged for another thing of its seller; None: as often
    as anybody likes.
    """

    steps: tuple[Step, ...] = ()
    words: Words = field(default_factory=dict)
    handover_permille: int = HANDOVER_PERMILLE
    changes: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """One sum of an Offer: how much (None: metered), taken or set aside, and when."""

    amount_fen: int | None
    how: How = How.CHARGE
    when: When | date = When.ORDER


@dataclass(frozen=True, slots=True)
class Offer:
    """A seller's answer to an Ask: everything the core needs to sell, hold, charge and refund it.

    A seller prices each part alone; ``group_prices`` are its published prices for several together,
    which bookings.pricing applies to all offers of a request at once.
    """

    kind: str
    ref: str
    region_id: int
    supplier_id: int
    title: Words
    starts_at: datetime
    ends_at: datetime
    parts: tuple[Part, ...]
    terms: Terms
    dues: tuple[Due, ...]
    place_id: int | None = None
    currency: str = "CNY"
    demands: tuple[Demand, ...] = ()
    needs_names: bool = False
    subtitle: Words = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)
    bundle_id: str = ""
    is_sample: bool = False
    group_prices: tuple[GroupPrice, ...] = ()

    @property
    def price_fen(self) -> int:
        """The total, in fen: what its parts cost together."""
        return sum(part.price_fen for part in self.parts)

    @property
    def saved_fen(self) -> int:
        """What its parts cost less than alone, in fen."""
        return sum(part.saved_fen for part in self.parts)

    @property
    def discount_fen(self) -> int:
        """What campaigns take off its parts, in fen."""
        return sum(part.discount_fen for part in self.parts)

    @property
    def due_now_fen(self) -> int:
        """What is charged when the order is placed, in fen."""
        now = (due for due in self.dues if due.when is When.ORDER and due.how is How.CHARGE)
        return sum(due.amount_fen or 0 for due in now)

    @property
    def deposit_fen(self) -> int:
        """What is set aside when the order is placed, in fen."""
        now = (due for due in self.dues if due.when is When.ORDER and due.how is How.AUTHORISE)
        return sum(due.amount_fen or 0 for due in now)

    @property
    def is_named(self) -> bool:
        """Whether everybody in it is known by name."""
        return all(part.traveller_id or not has_name(part.class_code) for part in self.parts)

    def all_demands(self) -> list[Demand]:
        """Units per bucket over the offer and all its parts, sorted by bucket id."""
        units: dict[int, int] = {}
        for demand in [*self.demands, *(d for part in self.parts for d in part.demands)]:
            units[demand.bucket_id] = units.get(demand.bucket_id, 0) + demand.units
        return [Demand(bucket_id, count) for bucket_id, count in sorted(units.items())]


Answer = tuple[Offer, ...] | Refusal
"""One Ask is answered by one or more Offers (a package shares a bundle_id) or by a Refusal."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of a seller's catalogue for lists, calendars, search and the partner API.

    ``classes`` are the published classes that one may ask for; ``from_fen`` is the price of the first.
    ``subtitle`` tells apart what is called the same.
    """

    kind: str
    ref: str
    title: Words
    starts_at: datetime
    ends_at: datetime
    from_fen: int
    left: int
    supplier_id: int
    place_id: int | None = None
    is_sample: bool = False
    classes: tuple[str, ...] = ("",)
    subtitle: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """A line's wish for the seller's own rows: what the seller offered, and which parts are open.

    ``replaces`` is the paid line that it is to take the place of, for the same people; 0: none.
    """

    line_id: int
    ref: str
    region_id: int
    title: Words
    facts: Facts
    part_keys: tuple[str, ...]
    replaces: int = 0


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a gate may decide from alone, frozen when a line is fulfilled.

    ``zone`` names where it is good ("area:12", "run:88"); ``show`` is what staff see: words, class,
    check hints; never a document number. ``extras`` are what else was bought or is to be known, one
    line each: staff see it with the first of a party.

    ``doors_in`` and ``doors_out`` name the doors of the zone that it opens in each direction; none
    named: any. ``rule`` says when one comes in again: COUNTED gives ``entries`` entries in all;
    AFTER_EXIT an entry after every exit; FREE any number. The last two end with ``valid_until`` or,
    where ``reentry_days`` is not 0, with so many days on the venue's calendar, of which the day of the
    first entry is the first.
    """

    part_key: str
    zone: str
    valid_from: datetime
    valid_until: datetime
    entries: int = 1
    traveller_id: int = 0
    show: Facts = field(default_factory=dict)
    doors_in: tuple[str, ...] = ()
    doors_out: tuple[str, ...] = ()
    rule: Reentry = Reentry.COUNTED
    reentry_days: int = 0
    extras: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The supplier has delivered; these are the holder's rights."""

    entitlements: tuple[Entitlement, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """The supplier must still say yes."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The supplier says no; the core starts the refund."""

    reason: str


Outcome = Done | Pending | Refused


@dataclass(frozen=True, slots=True)
class Renamed:
    """A sold part as it is for somebody else, and the line's facts with them in it.

    ``part`` has the title, class, price and limits of the new person; its demands do not count.
    """

    part: Part
    facts: Facts


class Sellable(Protocol):
    """What a seller implements, once per kind. See docs/glossary.md for the words."""

    kind: str

    def browse(
        self, *, region_id: int, supplier_id: int | None, first: date, last: date
    ) -> Sequence[Listing]:
        """List what is on sale between two venue-local days (both included). Read-only, few statements."""

    def offer(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Answer]:
        """Answer each Ask, in order. Read-only; runs outside any transaction."""

    def conflicts(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Refusal | None]:
        """Per Ask, what ``claim`` is known to say no to for its people, though it can be offered.

        Asked where somebody waits for a place: who holds one of that day already is told at once.
        Read-only, few statements, outside any transaction.
        """

    def claim(self, *, claims: Sequence[Claim], at: datetime) -> Sequence[Refusal | None]:
        """Write the seller's own rows inside placing; say no per claim WITHOUT raising.

        One ``INSERT … ON CONFLICT DO NOTHING RETURNING`` with rows sorted by their unique key. The
        core deletes the whole order of a refused line, and with it every row that cascades from it.
        """

    def fulfil(self, *, lines: Sequence[Line], at: datetime) -> Sequence[Outcome]:
        """Deliver paid lines. In the core's transaction, from a worker; idempotent."""

    def amend(
        self, *, old: Sequence[Line], new: Sequence[Offer], at: datetime
    ) -> Sequence[Refusal | None]:
        """Move the seller's own rows from the old line to the new offer; all or nothing per line."""

    def rename(
        self, *, line: Line, part_key: str, member: Member, at: datetime
    ) -> Renamed | Refusal:
        """Let ``member`` have one open part: move the seller's own rows to their document.

        In the core's transaction. Says no as an offer to them would, without raising and with nothing
        changed. What the new person would pay alone is the part's price: the core compares it.
        """

    def withdraw(self, *, lines: Sequence[tuple[Line, Sequence[str]]], at: datetime) -> None:
        """Give up the seller's rows for these part keys of each line. Never refuses; idempotent."""

    def refundable(self, *, line: Line, part_keys: Sequence[str], at: datetime) -> int:
        """Fen that come back if these parts are cancelled at ``at``; from the frozen terms."""
