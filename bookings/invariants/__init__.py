"""What must hold in the core, by subject. Importing this registers the rules.

Every rule is one statement over whole tables, so it can be asked of a restored backup as well.
"""

from bookings.invariants import (
    balances,
    campaigns,
    delivery,
    drawers,
    invoices,
    money,
    news,
    points,
    referrals,
    settlement,
    stock,
    tabs,
)

__all__ = (
    "balances",
    "campaigns",
    "delivery",
    "drawers",
    "invoices",
    "money",
    "news",
    "points",
    "referrals",
    "settlement",
    "stock",
    "tabs",
)
