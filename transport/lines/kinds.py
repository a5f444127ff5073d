"""What riders are told of runs that are late, called off or leave from elsewhere, and of late trains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind
from bookings.news.kinds import CHANGES
from transport.lines.disrupted import is_newest_disruption

_WHAT = _("Huangshan North - South Gate express")
_WHY = _("Snow on the road.")
_CODE = "7K3M9QX2TB"
_DAY = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)
_EXAMPLES = {
    "code": _CODE, "what": _WHAT, "why": _WHY, "before": _DAY,
    "when": _DAY + timedelta(minutes=40), "by": _DAY + timedelta(minutes=40), "train": "G3027",
    "bay": _("bay B2"),
}  # fmt: skip


def _kind(name: str, *words: str, **more: object) -> Kind:
    return Kind(
        name=f"transport.lines.{name}",
        topic=CHANGES.name,
        examples={word: _EXAMPLES[word] for word in ("code", "what", *words)},
        is_urgent=True,
        needed=frozenset({"code"}),
        **more,  # type: ignore[arg-type]
    )


LATE = _kind(
    "late", "before", "when", "why",
    title=_("A departure has another time"),
    subject=_("New time: {what}, {when}"),
    body=_("{what} leaves on {when} instead of {before}. {why}\n\nYour code is good for it. Order {code}."),
    short=_("New time: {what} leaves on {when} instead of {before}; your code is good for it ({code})."),
    holds=is_newest_disruption,
)  # fmt: skip
LATE_CHOOSE = _kind(
    "late-choose", "before", "when", "by", "why",
    title=_("A departure is very late: choose"),
    subject=_("Late: {what}, now {when}"),
    body=_(
        "We are sorry: {what} leaves on {when} instead of {before}. {why}\n\nUntil {by} you may take another"
        " departure at no charge, or have all your money back. If you say nothing, your seat stays"
        " yours and your code is good for the new time. Order {code}."
    ),
    short=_(
        "Late: {what} leaves on {when} instead of {before}. Stay, take another departure, or have your"
        " money back, until {by} (order {code})."
    ),
    holds=is_newest_disruption,
)  # fmt: skip
CALLED_OFF = _kind(
    "called-off", "when", "by", "why",
    title=_("A departure is called off: choose"),
    subject=_("Called off: {what}, {when}"),
    body=_(
        "We are sorry: {what} on {when} does not run. {why}\n\nPlease choose until {by}: the next departure"
        " with room, another time, or all your money back. If you say nothing, all that you have paid"
        " for it comes back by itself. Order {code}."
    ),
    short=_(
        "Called off: {what}, {when}. Choose until {by}: next departure, another time, or money back."
        " Otherwise the money comes back by itself (order {code})."
    ),
    holds=is_newest_disruption,
)  # fmt: skip
RESTORED = _kind(
    "restored", "when", "by",
    title=_("A departure runs after all"),
    subject=_("It runs after all: {what}, {when}"),
    body=_(
        "{what} on {when} runs after all. If you say nothing, your seat is yours. Until {by} you may still"
        " take another departure or have all your money back. Order {code}."
    ),
    holds=is_newest_disruption,
)  # fmt: skip
REBOOKED = _kind(
    "rebooked", "train", "before", "when", "by",
    title=_("A later departure for a late train"),
    subject=_("Your train {train} is late: {what} now {when}"),
    body=_(
        "Your train {train} is late. You now ride with {what} on {when} instead of {before}, at no charge;"
        " your code is good for it.\n\nUntil {by} you may go back, take another departure or have all"
        " your money back. Order {code}."
    ),
    short=_(
        "Your train {train} is late: you now ride with {what} on {when} instead of {before}, at no charge."
        " Choose otherwise until {by} (order {code})."
    ),
)  # fmt: skip
MISSED = _kind(
    "missed", "train", "when", "by",
    title=_("No later departure for a late train"),
    subject=_("Your train {train} is too late for {what}, {when}"),
    body=_(
        "Your train {train} will be too late for {what} on {when}, and no later departure has room now."
        " Please choose until {by}: another departure, or all your money back. If you say nothing and do"
        " not ride, all that you have paid for it comes back by itself. Order {code}."
    ),
    short=_(
        "Your train {train} is too late for {what}, {when}; no later departure has room. Choose until {by},"
        " or your money comes back by itself (order {code})."
    ),
)  # fmt: skip
BAY = _kind(
    "bay", "when", "bay",
    title=_("A departure leaves from another bay"),
    subject=_("Bay: {what}, {bay}"),
    body=_("{what} on {when} leaves from {bay}. Your code stays as it is. Order {code}."),
    short=_("{what} on {when} leaves from {bay} (order {code})."),
)  # fmt: skip
ALL = (LATE, LATE_CHOOSE, CALLED_OFF, RESTORED, REBOOKED, MISSED, BAY)
