"""Switch messages on and off on a browser. What it says of itself comes by its script, in a form."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.messages import channels, operations, webpush
from accounts.messages.channels.push import WebPush
from accounts.messages.views.inbox import user_id
from kernel import clock
from kernel.errors import Refusal

_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


@require_POST
@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Keep this browser's subscription; its script has filled the form."""
    given = [request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")]
    if not all(given):
        messages.error(request, _("This browser has not agreed, or cannot show messages."))
        return redirect("messages:settings")
    try:
        operations.add_device(
            user_id=user_id(request),
            subscription=webpush.Subscription(*given),
            label=label_of(request.headers.get("User-Agent", "")),
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Messages come to this device from now on."))
    return redirect("messages:settings")


@require_POST
@login_required
def forget(request: HttpRequest, device_id: int) -> HttpResponse:
    """Tell the person no more on one of their browsers.

    :raises Http404: it is not theirs, or not any more.
    """
    if not operations.forget_device(user_id=user_id(request), device_id=device_id):
        raise Http404
    messages.success(request, _("No messages come to this device any more."))
    return redirect("messages:settings")


def public_key() -> str:
    """The key that a browser is to be asked for, or nothing where this site sends to no device."""
    push = channels.find("PUSH")
    if not isinstance(push, WebPush):
        return ""
    return webpush.pack(webpush.point(push.sender.key.public_key()))


def label_of(agent: str) -> str:
    """What a person knows a browser by: "Chrome · Android"."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return " · ".join(filter(None, (browser, system)))
