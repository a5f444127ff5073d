"""The verbs of orders, split by subject."""

from bookings.orders.operations.asking import (
    BadRequest,
    NamesMissing,
    PriceMoved,
    member_of,
)
from bookings.orders.operations.change import (
    ChangedBefore,
    ChangeMoved,
    ChangeQuote,
    NotChangeable,
    NotPlain,
    OtherSeller,
    can_split,
    change,
    is_plain,
    quote_change,
)
from bookings.orders.operations.drafts import HOLD_FOR, PlaceRequest
from bookings.orders.operations.flags import (
    Flagged,
    FlagMoved,
    NoReasonGiven,
    look_at,
    refuse_flagged,
)
from bookings.orders.operations.lapse import lapse_due
from bookings.orders.operations.leave_out import leave_out
from bookings.orders.operations.limits import LimitReached
from bookings.orders.operations.own import OwnMoney, is_own, refuse_own
from bookings.orders.operations.place import KeyReused, NotReached, place, place_many
from bookings.orders.operations.rename import DearerPerson, NotTransferable, rename
from bookings.orders.operations.settle import (
    note_set_aside,
    settle,
    settle_deposit,
    settle_free,
    settle_taken,
)
from bookings.orders.operations.sold_out import CouponGone, SoldOut
from bookings.orders.operations.spending import points_in
from bookings.orders.operations.together import place_together
from bookings.orders.operations.using import mark_unused, mark_used
from bookings.orders.operations.whereabouts import say_where
from bookings.orders.operations.withdraw import (
    AlreadyCancelled,
    NotWaiting,
    abandon,
    release_lines,
    withdraw_parts,
)

__all__ = (
    "HOLD_FOR",
    "AlreadyCancelled",
    "BadRequest",
    "ChangeMoved",
    "ChangeQuote",
    "ChangedBefore",
    "CouponGone",
    "DearerPerson",
    "FlagMoved",
    "Flagged",
    "KeyReused",
    "LimitReached",
    "NamesMissing",
    "NoReasonGiven",
    "NotChangeable",
    "NotPlain",
    "NotReached",
    "NotTransferable",
    "NotWaiting",
    "OtherSeller",
    "OwnMoney",
    "PlaceRequest",
    "PriceMoved",
    "SoldOut",
    "abandon",
    "can_split",
    "change",
    "is_own",
    "is_plain",
    "lapse_due",
    "leave_out",
    "look_at",
    "mark_unused",
    "mark_used",
    "member_of",
    "note_set_aside",
    "place",
    "place_many",
    "place_together",
    "points_in",
    "quote_change",
    "refuse_flagged",
    "refuse_own",
    "release_lines",
    "rename",
    "say_where",
    "settle",
    "settle_deposit",
    "settle_free",
    "settle_taken",
    "withdraw_parts",
)
