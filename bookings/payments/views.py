"""Where providers send their notices, and where buyers come back to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from bookings.orders.guesses import open_order
from bookings.payments import operations, providers, queries
from bookings.payments.models import Purpose
from bookings.payments.pages import say_if_declined
from kernel import clock
from kernel.web.requests import client_ip


@csrf_exempt
@require_POST
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """A provider's notice: 200 once it is kept, also when it was kept before."""
    operations.hear(provider=provider, raw=request.body, headers=request.headers, at=clock.now())
    body, content_type = providers.get(provider).thanks
    return HttpResponse(body, content_type=content_type)


@require_GET
def back(request: HttpRequest, token: str) -> HttpResponse:
    """The buyer is back. Nothing is believed of this address: the provider is asked."""
    order = open_order(token, address=client_ip(request), at=clock.now())
    operations.ask_about(order=order, at=clock.now())
    if last := queries.last_of(order):
        say_if_declined(
            request,
            queries.progress(
                order=order, purpose=Purpose(last.purpose), purpose_id=last.purpose_id
            ),
        )
    return redirect("checkout:order", token)
