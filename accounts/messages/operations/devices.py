"""Tell a person on a browser while no page is open: switched on there, switched off anywhere."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.messages import channels, opening, webpush
from accounts.messages.channels.push import WebPush
from accounts.messages.models import Delivery, Device, State
from accounts.messages.webpush import Subscription
from kernel.errors import Refusal

_MOST_DEVICES = 10
_LONGEST = 1000


class NoPush(Refusal):
    """Nothing is set up that could send."""

    code = "no_push"
    message = _("Messages on devices are not switched on here.")


class BadDevice(Refusal):
    """What a browser said of itself cannot be used."""

    code = "bad_device"
    message = _("This browser's answer could not be read. Please try again.")


def add_device(*, user_id: int, subscription: Subscription, label: str, at: datetime) -> Device:
    """Tell a person on this browser, too; it belongs to who was signed in on it last. Again is once.

    The oldest goes where there are more than ten. Its address must be a public https one.

    :raises NoPush: this site sends to no device. :raises BadDevice: an address or keys that are none.
    """
    _check(subscription)
    text = subscription.text()
    told = {
        "user_id": user_id,
        "target": opening.index_of(text),
        "sealed": opening.seal(text),
        "service": urlsplit(subscription.endpoint).netloc[:80],
        "label": label[:80],
        "since": at,
    }
    with transaction.atomic():
        device, _is_new = Device.objects.update_or_create(
            endpoint_index=opening.index_of(subscription.endpoint), defaults=told
        )
        kept = Device.objects.filter(user_id=user_id).order_by("-since", "-pk")[:_MOST_DEVICES]
        Device.objects.filter(user_id=user_id).exclude(pk__in=[each.pk for each in kept]).delete()
    return device


def forget_device(*, user_id: int, device_id: int) -> bool:
    """Tell a person no more on one of their browsers, nor what waits; False where it is not theirs."""
    with transaction.atomic():
        device = Device.objects.filter(pk=device_id, user_id=user_id).first()
        if device is None:
            return False
        waiting = Delivery.objects.filter(target=device.target, state=State.WAITING)
        waiting.update(state=State.DROPPED, trouble="the device was switched off")
        device.delete()
    return True


def _check(subscription: Subscription) -> None:
    push = channels.find("PUSH")
    if not isinstance(push, WebPush):
        raise NoPush
    if len(subscription.text()) > _LONGEST or not push.sender.takes(subscription.endpoint):
        raise BadDevice
    try:
        webpush.check_keys(subscription)
    except ValueError:
        raise BadDevice from None
