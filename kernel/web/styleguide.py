"""Every component in every state on one page, for those who build pages."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from kernel import clock
from kernel.errors import NotFound
from kernel.web import samples


def page(request: HttpRequest) -> HttpResponseBase:
    """The style guide; for DEBUG and staff only."""
    _for_builders_only(request)
    return render(request, "kernel_web/styleguide.html", samples.samples(clock.now()))


def gate(request: HttpRequest, tone: str) -> HttpResponseBase:
    """The three answers of a gate, each on a page of its own."""
    _for_builders_only(request)
    answer = samples.gate_answers().get(tone)
    if answer is None:
        raise NotFound
    context = {
        **answer,
        "tone": tone,
        "now": clock.now(),
        "zone": samples.ZONE,
        "place": samples.both("云谷寺 3 号闸", "Yungu gate 3"),
        "people": samples.gate_people() if tone == "in" else [],
    }
    return render(request, "kernel_web/styleguide_gate.html", context)


def _for_builders_only(request: HttpRequest) -> None:
    user = getattr(request, "user", None)
    if not (settings.DEBUG or (user is not None and user.is_staff)):
        raise NotFound
