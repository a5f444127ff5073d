"""Campaigns in words: what they take off, with which others, why not now. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bookings.campaigns.applying import Unused, Why
from bookings.campaigns.models import Campaign, Period
from bookings.campaigns.rules import Effect, Rule, Tier
from kernel.naming import say
from kernel.web.templatetags.quanyu import money


def effect_words(rule: Rule) -> str:
    """ "¥50 off from ¥300", "15 % off, at most ¥20", "3 + 1 free"."""
    if rule.is_last:
        return _("after all other discounts")
    words = _EFFECTS[rule.effect](rule)
    if rule.threshold_fen:
        words = _("%(off)s from %(sum)s") % {"off": words, "sum": money(rule.threshold_fen)}
    if rule.most_fen is not None:
        words = _("%(off)s, at most %(sum)s") % {"off": words, "sum": money(rule.most_fen)}
    return words


def scope_words(campaign: Campaign) -> str:
    """What it is for: one supplier's, or everybody's; some kinds or products of it."""
    whose = campaign.supplier.name if campaign.supplier else _("all suppliers")
    if campaign.places:
        return _("for what %(whose)s sell at certain places") % {"whose": whose}
    if campaign.refs or campaign.kinds:
        return _("for some of what %(whose)s sell") % {"whose": whose}
    return _("for all that %(whose)s sell") % {"whose": whose}


def period_words(campaign: Campaign) -> str:
    """How often it is given and how often it is good."""
    often = {
        Period.ONCE: _("once a person"),
        Period.DAY: _("once a person and day"),
        Period.MONTH: _("once a person and month"),
    }[Period(campaign.period)]
    if campaign.uses == 1:
        return often
    return _("%(often)s, good for %(uses)s orders") % {"often": often, "uses": campaign.uses}


def stacking_words(rule: Rule) -> str:
    """With which other campaigns it may stand."""
    if rule.is_alone:
        return _("Cannot be combined with any other discount.")
    if rule.group:
        return _("One of this kind an order; goes together with other discounts.")
    return _("Goes together with other discounts.")


def why_words(unused: Unused) -> str:
    """Why a campaign takes nothing off just now."""
    if unused.why is Why.NOTHING_FITS:
        return _("Nothing in the cart that it is for.")
    if unused.why is Why.TOO_LITTLE and unused.missing_fen:
        return _("%(sum)s more of what it is for, then it counts.") % {
            "sum": money(unused.missing_fen)
        }
    if unused.why is Why.TOO_LITTLE:
        return _("Not enough of what it is for yet.")
    if unused.why is Why.NOT_TOGETHER:
        names = ", ".join(say(rule.title) for rule in unused.instead)
        return _("Not together with %(others)s, which saves more.") % {"others": names}
    return _("You pay less without it, or as much.")


def _amount(rule: Rule) -> str:
    return _("%(sum)s off") % {"sum": money(rule.amount_fen)}


def _share(rule: Rule) -> str:
    whole, tenths = divmod(rule.permille, 10)
    return _("%(percent)s %% off") % {"percent": f"{whole}.{tenths}" if tenths else str(whole)}


def _gifts(rule: Rule) -> str:
    words = ", ".join(_tier(tier) for tier in rule.tiers)
    return _("%(steps)s, again and again") % {"steps": words} if rule.repeats else words


def _tier(tier: Tier) -> str:
    """The cheapest of four is free with three that are bought."""
    return _("from %(of)s on %(free)s free (the cheapest)") % {"of": tier.of, "free": tier.free}


_EFFECTS = {Effect.AMOUNT: _amount, Effect.SHARE: _share, Effect.GIFTS: _gifts}
