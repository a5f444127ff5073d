"""Orders: what was bought, by whom, and which units it holds.

A Line is the snapshot of the Offer that was sold; nothing in it is looked up again. An Order's state
is derived from its lines. Holds name their buckets by plain id (no foreign key): a key-share lock
on the hot bucket for every line would deadlock two groups; verify_invariants checks the ids.

Every index is written with every order: where a constraint's index begins with the same column, or
a column says the same in every row, there is no second one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Claim, Discount, Due, GroupPrice, How, Part, Terms, When, Words
from bookings.orders import frozen
from kernel.money import share_out
from kernel.naming import say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class State(models.TextChoices):
    """Where a line stands."""

    HELD = "HELD", _("held, waiting for payment")
    LAPSED = "LAPSED", _("lapsed, not paid in time")
    PAID = "PAID", _("paid")
    AWAITING_SUPPLIER = "AWAITING_SUPPLIER", _("waiting for the supplier")
    CONFIRMED = "CONFIRMED", _("confirmed")
    REFUSED = "REFUSED", _("refused by the supplier")
    USED = "USED", _("used")
    CANCELLED = "CANCELLED", _("cancelled")


TRANSITIONS: dict[State, frozenset[State]] = {
    State.HELD: frozenset({State.LAPSED, State.PAID, State.CANCELLED}),
    State.LAPSED: frozenset({State.PAID}),
    State.PAID: frozenset(
        {State.AWAITING_SUPPLIER, State.CONFIRMED, State.REFUSED, State.CANCELLED}
    ),
    State.AWAITING_SUPPLIER: frozenset({State.CONFIRMED, State.REFUSED, State.CANCELLED}),
    State.CONFIRMED: frozenset({State.USED, State.CANCELLED}),
    State.REFUSED: frozenset(),
    State.USED: frozenset({State.CONFIRMED}),  # by a use that was a mistake, and nothing else
    State.CANCELLED: frozenset(),
}

HOLDING = frozenset({State.HELD, State.PAID, State.AWAITING_SUPPLIER, State.CONFIRMED, State.USED})
"""States in which a line's unreleased holds count as taken."""

_ORDER_OF_NEWS = (
    State.HELD,
    State.AWAITING_SUPPLIER,
    State.PAID,
    State.CONFIRMED,
    State.USED,
    State.REFUSED,
    State.CANCELLED,
    State.LAPSED,
)


class Flag(models.TextChoices):
    """Why a person should look before anything more is given for an order."""

    NONE = "", _("nothing")
    DISPUTED = "DISPUTED", _("the bank disputes the payment")
    RETURNED = "RETURNED", _("money was returned without us")


class Order(models.Model):
    """One purchase. ``token`` opens it for a guest; ``code`` is what people say on the phone.

    An order that was added to another, or that a line of another is changed into, has that one as its
    ``parent``: they are one journey with one code a traveller, each paid and cancelled by itself.
    ``credit_fen`` of a change is what its old line brings in. ``is_all_or_nothing``: where a supplier
    says no later, all of it is given up and all money goes back. ``via`` is the distribution code that
    the buyer came by.
    """

    code = models.CharField(_("order number"), max_length=16, unique=True)
    token = models.CharField(_("token"), max_length=32, unique=True)
    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, db_index=False, verbose_name=_("region")
    )
    actor = models.CharField(_("buyer"), max_length=64)
    user_id = models.BigIntegerField(_("user"), null=True, blank=True, db_index=True)
    request_key = models.CharField(_("request key"), max_length=64)
    body_hash = models.CharField(_("hash of the request"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    total_fen = models.BigIntegerField(_("total (fen)"))
    due_now_fen = models.BigIntegerField(_("to pay now (fen)"))
    received_fen = models.BigIntegerField(_("paid of it (fen)"), default=0, db_default=0)
    deposit_fen = models.BigIntegerField(_("deposit (fen)"), default=0, db_default=0)
    secured_fen = models.BigIntegerField(_("deposit held (fen)"), default=0, db_default=0)
    secured_by = models.BigIntegerField(_("payment that holds the deposit"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    credit_fen = models.BigIntegerField(_("brought in by a change (fen)"), default=0, db_default=0)
    is_all_or_nothing = models.BooleanField(_("all or nothing"), default=False, db_default=False)
    via = models.CharField(
        _("recommended by the code"), max_length=16, blank=True, default="", db_default=""
    )
    flag = models.CharField(
        _("to be looked at"), max_length=10, choices=Flag, blank=True, default="", db_default=""
    )
    language = models.CharField(_("language"), max_length=10)
    channel = models.CharField(_("channel"), max_length=20, default="own")
    contact_sealed = models.TextField(_("contact, sealed"), blank=True)
    contact_index = models.CharField(_("contact index"), max_length=64, blank=True, db_index=True)
    contact_masked = models.CharField(_("contact"), max_length=40, blank=True)
    placed_at = models.DateTimeField(_("placed at"), db_index=True)
    due_at = models.DateTimeField(_("held until"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = (
            models.UniqueConstraint(
                fields=("actor", "request_key"), name="bookings_orders_order_request"
            ),
            models.CheckConstraint(
                condition=Q(due_now_fen__gte=0) & Q(total_fen__gte=F("due_now_fen")),
                name="bookings_orders_order_due_within_total",
            ),
            models.CheckConstraint(
                condition=Q(received_fen__gte=0) & Q(received_fen__lte=F("due_now_fen")),
                name="bookings_orders_order_received_within_due",
            ),
            models.CheckConstraint(
                condition=Q(secured_fen__gte=0) & Q(secured_fen__lte=F("deposit_fen")),
                name="bookings_orders_order_secured_within_deposit",
            ),
            models.CheckConstraint(
                condition=Q(credit_fen__gte=0)
                & Q(due_now_fen__gte=F("credit_fen") + F("received_fen")),
                name="bookings_orders_order_credit_within_due",
            ),
        )
        indexes = (
            models.Index(
                fields=("parent",),
                condition=Q(parent__isnull=False),
                name="bookings_orders_order_parent",
            ),
            models.Index(
                fields=("flag",), condition=~Q(flag=""), name="bookings_orders_order_flag"
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the ledger and the audit name this order."""
        return f"order:{self.pk}"

    @property
    def root_id(self) -> int:
        """The order that the whole journey began with."""
        return self.parent_id or self.pk

    @property
    def state(self) -> State:
        """Derived from the lines: the one that most wants attention speaks for all."""
        return state_of(line.state for line in self.lines.all())

    @property
    def tone(self) -> str:
        """How the state looks on a page."""
        return tone_of(self.state)

    def get_state_display(self) -> str:
        """The state in words of the active language."""
        return str(self.state.label)

    def is_payable(self, at: datetime) -> bool:
        """Whether a payment may be started: held, not yet due, and something to pay or secure now."""
        is_open = self.unpaid_fen > 0 or self.unsecured_fen > 0
        return self.state is State.HELD and self.due_at > at and is_open

    @property
    def unpaid_fen(self) -> int:
        """What is still to be paid of what is due now."""
        return self.due_now_fen - self.credit_fen - self.received_fen

    @property
    def unsecured_fen(self) -> int:
        """What is still to be set aside as a deposit."""
        return self.deposit_fen - self.secured_fen


def tone_of(state: str) -> str:
    """How a state looks on a page: good news, bad news, or something still to happen."""
    if state in (State.CONFIRMED, State.USED):
        return "good"
    return "bad" if state in (State.REFUSED, State.CANCELLED, State.LAPSED) else "note"


def state_of(states: Iterable[str]) -> State:
    """The state of an order whose lines stand at ``states``."""
    present = set(states)
    return next((state for state in _ORDER_OF_NEWS if state in present), State.LAPSED)


class Line(models.Model):
    """One Offer as it was sold: price, parts, terms and words frozen.

    ``moved_from`` is when it was to start before its supplier moved it the last time, at ``moved_at``.
    """

    order = models.ForeignKey(
        Order, models.CASCADE, related_name="lines", db_index=False, verbose_name=_("order")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=20)
    ref = models.CharField(_("reference"), max_length=80)
    supplier = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("supplier")
    )
    region_id = models.BigIntegerField(_("region"))
    title = models.JSONField(_("title"))
    subtitle = models.JSONField(_("subtitle"), default=dict, blank=True)
    place_id = models.BigIntegerField(_("place"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    moved_from = models.DateTimeField(_("was to start at"), null=True, blank=True)
    moved_at = models.DateTimeField(_("moved by its supplier at"), null=True, blank=True)
    units = models.PositiveIntegerField(_("units"))
    price_fen = models.BigIntegerField(_("price (fen)"))
    parts = models.JSONField(_("parts"))
    terms = models.JSONField(_("terms"))
    dues = models.JSONField(_("dues"))
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    bundle_id = models.CharField(_("bundle"), max_length=40, blank=True)
    is_sample = models.BooleanField(_("sample data"), default=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.HELD)
    cancelled_parts = models.JSONField(_("cancelled parts"), default=list, blank=True)
    used_parts = models.JSONField(_("used parts"), default=list, blank=True)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "position"), name="bookings_orders_line_position"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="bookings_orders_line_state_known",
            ),
            models.CheckConstraint(
                condition=Q(price_fen__gte=0), name="bookings_orders_line_price_not_negative"
            ),
        )
        indexes = (
            models.Index(
                fields=("order",),
                condition=Q(state__in=("HELD", "PAID", "AWAITING_SUPPLIER")),
                name="bookings_orders_line_open",
            ),
            models.Index(fields=("kind", "ref"), name="bookings_orders_line_ref"),
            models.Index(
                fields=("ends_at",),
                condition=Q(state="CONFIRMED"),
                name="bookings_orders_line_unused",
            ),
        )

    def __str__(self) -> str:
        return say(self.title)

    @property
    def note(self) -> Words:
        """The subtitle, and where exactly to go where its seller says so ("where" among the facts)."""
        where: Words = self.facts.get("where") or {}
        return {
            code: " · ".join(filter(None, (self.subtitle.get(code), where.get(code))))
            for code in {*self.subtitle, *where}
        }

    @property
    def tone(self) -> str:
        """How the state looks on a page."""
        return tone_of(self.state)

    @property
    def frozen_parts(self) -> tuple[Part, ...]:
        """The parts as they were sold."""
        return frozen.thaw_parts(self.parts)

    @property
    def frozen_terms(self) -> Terms:
        """The cancellation ladder as it was sold."""
        return frozen.thaw_terms(self.terms)

    @property
    def frozen_dues(self) -> tuple[Due, ...]:
        """The sums it is paid by, as they were sold."""
        return frozen.thaw_dues(self.dues)

    @property
    def shares_now(self) -> dict[str, int]:
        """What each part costs of the sum that was due with the order, in fen."""
        due = (d for d in self.frozen_dues if d.when is When.ORDER and d.how is How.CHARGE)
        return share_out(sum(d.amount_fen or 0 for d in due), self.prices)

    @property
    def deposit_fen(self) -> int:
        """What is set aside for it with the order, in fen."""
        due = (d for d in self.frozen_dues if d.when is When.ORDER and d.how is How.AUTHORISE)
        return sum(d.amount_fen or 0 for d in due)

    @property
    def prices(self) -> dict[str, int]:
        """What each part costs, in fen."""
        return {part.key: part.price_fen for part in self.frozen_parts}

    @property
    def group_prices(self) -> tuple[GroupPrice, ...]:
        """The family and group prices that made it cheaper, as they were sold."""
        return frozen.thaw_group_prices(self.terms)

    @property
    def saved_fen(self) -> int:
        """What its parts cost less than alone, in fen."""
        return sum(part.get("saved_fen", 0) for part in self.parts)

    @property
    def open_parts(self) -> tuple[Part, ...]:
        """Parts that are neither cancelled nor used."""
        gone = {*self.cancelled_parts, *self.used_parts}
        return tuple(part for part in self.frozen_parts if part.key not in gone)

    @property
    def claim(self) -> Claim:
        """What the seller is asked to hold for the open parts."""
        keys = tuple(part.key for part in self.open_parts)
        return Claim(self.pk, self.ref, self.region_id, self.title, self.facts, keys)

    @property
    def open_fen(self) -> int:
        """What the open parts cost, in fen."""
        return sum(part.price_fen for part in self.open_parts)

    @property
    def open_promoted_fen(self) -> int:
        """What the platform pays of the open parts for the buyer, in fen."""
        return sum(part.promoted_fen for part in self.open_parts)

    @property
    def discounts(self) -> list[tuple[str, Discount]]:
        """What campaigns took off, with the key of the part: as it was sold, by whom it is borne."""
        return [(part.key, each) for part in self.frozen_parts for each in part.discounts]


class ChangeState(models.TextChoices):
    """Where a change stands."""

    PENDING = "PENDING", _("waiting for the difference")
    DONE = "DONE", _("done")
    VOID = "VOID", _("did not come about")


class Change(models.Model):
    """Parts of a paid line that are to become ``order``, in one step or not at all.

    Of what was paid ``credit_fen`` goes into the new order; of the rest ``back_fen`` comes back by the
    terms and ``kept_fen`` is the supplier's. Of the new order never more than ``permille`` of the price
    comes back: a change does not climb the ladder again. One whose new order lapses or is given up is
    VOID; money that comes for it later can still make it DONE.
    """

    line = models.ForeignKey(
        Line, models.PROTECT, related_name="changes", verbose_name=_("order line")
    )
    order = models.OneToOneField(
        Order, models.CASCADE, related_name="change", verbose_name=_("new order")
    )
    part_keys = models.JSONField(_("parts"))
    credit_fen = models.BigIntegerField(_("brought in (fen)"))
    back_fen = models.BigIntegerField(_("comes back (fen)"))
    kept_fen = models.BigIntegerField(_("kept by the terms (fen)"), default=0, db_default=0)
    permille = models.PositiveSmallIntegerField(_("share that can come back (permille)"))
    state = models.CharField(
        _("state"), max_length=10, choices=ChangeState, default=ChangeState.PENDING
    )
    actor = models.CharField(_("asked by"), max_length=64)
    created_at = models.DateTimeField(_("asked at"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        constraints = (
            models.CheckConstraint(
                condition=Q(credit_fen__gte=0) & Q(back_fen__gte=0) & Q(permille__lte=1000),
                name="bookings_orders_change_sums",
            ),
            models.CheckConstraint(
                condition=Q(kept_fen__gte=0), name="bookings_orders_change_kept_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_id} -> {self.order_id}"

    @property
    def old_fen(self) -> int:
        """What the old parts have cost: all of it goes somewhere."""
        return self.credit_fen + self.back_fen + self.kept_fen


class Hold(models.Model):
    """Units of one bucket that a line has taken; ``released`` of them were given back."""

    line = models.ForeignKey(
        Line, models.CASCADE, related_name="holds", db_index=False, verbose_name=_("line")
    )
    bucket_id = models.BigIntegerField(_("bucket"), db_index=True)
    units = models.PositiveIntegerField(_("units"))
    released = models.PositiveIntegerField(_("released"), default=0)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "bucket_id"), name="bookings_orders_hold_line_bucket"
            ),
            models.CheckConstraint(
                condition=Q(released__lte=F("units")), name="bookings_orders_hold_released"
            ),
        )

    def __str__(self) -> str:
        return f"{self.units - self.released} of bucket {self.bucket_id}"
