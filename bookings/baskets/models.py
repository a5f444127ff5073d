"""What somebody is thinking of buying. Nothing here is held, priced or promised."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Basket(models.Model):
    """One basket an actor and region. ``traveller_ids`` are the people of the trip, in order.

    ``parent_id`` is the paid order that what is in here is to be added to; ``unused_coupons`` are those
    that the buyer wants to keep for another time. With ``uses_points`` their points pay what they can.
    """

    actor = models.CharField(_("buyer"), max_length=64)
    region = models.ForeignKey("kernel_places.Region", models.CASCADE, verbose_name=_("region"))
    traveller_ids = models.JSONField(_("travellers"), default=list, blank=True)
    parent_id = models.BigIntegerField(_("added to the order"), null=True, blank=True)
    unused_coupons = models.JSONField(
        _("coupons kept for later"), default=list, db_default=[], blank=True
    )
    uses_points = models.BooleanField(_("paid with points"), default=False, db_default=False)
    request_key = models.CharField(_("request key"), max_length=64)
    touched_at = models.DateTimeField(_("last change"))

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")
        constraints = (
            models.UniqueConstraint(
                fields=("actor", "region"), name="bookings_baskets_basket_actor"
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor} {self.region_id}"


class Item(models.Model):
    """One Ask: ``classes`` has a class code for each person, ``people`` who that is (0: nobody yet)."""

    basket = models.ForeignKey(
        Basket, models.CASCADE, related_name="items", verbose_name=_("basket")
    )
    kind = models.CharField(_("kind"), max_length=20)
    ref = models.CharField(_("reference"), max_length=80)
    classes = models.JSONField(_("classes"), default=list)
    people = models.JSONField(_("people"), default=list, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)

    class Meta:
        verbose_name = _("basket item")
        verbose_name_plural = _("basket items")
        constraints = (
            models.UniqueConstraint(
                fields=("basket", "kind", "ref"), name="bookings_baskets_item_ref"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"
