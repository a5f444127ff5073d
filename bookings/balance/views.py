"""My balance: what is there, paying in, what has moved."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.identity import actors
from accounts.identity.models import User
from bookings.balance import operations, queries
from bookings.balance.forms import SumForm
from bookings.balance.models import TopUp
from bookings.payments import operations as payments
from bookings.payments import queries as payments_of
from bookings.payments.models import Purpose
from bookings.payments.pages import pay_page, say_if_declined, state_answer
from bookings.payments.queries import Progress
from kernel import clock
from kernel.errors import Refusal
from kernel.web import problems
from kernel.web.requests import whole
from kernel.web.templatetags.quanyu import money


def show(request: HttpRequest) -> HttpResponse:
    """What is there and what is offered; a post asks to pay in."""
    user = _user(request)
    if user is None:
        return redirect(f"{reverse('identity:sign-in')}?next={request.path}")
    form = SumForm(request.POST if "sum" in request.POST else None)
    if request.method == "POST" and (form.is_valid() or not form.is_bound):
        try:
            return redirect("balance:pay", _ask(request, user, form).pk)
        except Refusal as refusal:
            problems.tell_programs(request, refusal)
            if form.is_bound:
                form.refuse(refusal)
            else:
                messages.error(request, refusal.reason)
    account = queries.find(user.actor)
    context = {
        "account": account,
        "standing": queries.standing(user.actor, at=clock.now()),
        "offers": queries.offers(),
        "history": queries.history(account) if account else (),
        "form": form,
        "at": clock.now(),
    }
    return render(request, "bookings_balance/balance.html", context)


def _user(request: HttpRequest) -> User | None:
    return actors.user_of(request)


def _ask(request: HttpRequest, user: User, form: SumForm) -> TopUp:
    """For the sum that was typed, with what is given for it, or for an offer as it was shown."""
    if form.is_bound:
        pay_fen = form.cleaned_data["sum"]
        bonus_fen = queries.bonus_for(pay_fen)
    else:
        pay_fen = whole(request.POST.get("pay_fen"), field="pay_fen")
        bonus_fen = whole(request.POST.get("bonus_fen", "0"), field="bonus_fen")
    return operations.ask_top_up(
        actor=user.actor, pay_fen=pay_fen, bonus_fen=bonus_fen, at=clock.now()
    )


def pay(request: HttpRequest, top_up_id: int) -> HttpResponse:
    """Choose how to pay in; a post goes on to the provider. What is paid already is on the balance."""
    top_up = _top_up(request, top_up_id)
    if top_up.paid_at is not None:
        return redirect("balance:show")
    at, language = clock.now(), get_language() or "zh-hans"
    return pay_page(
        request,
        payable=operations.payable_of(top_up, language=language, at=at),
        title=_("Pay in"),
        text=_promise(top_up),
        home_path=reverse("balance:show"),
        back_path=reverse("balance:back", args=[top_up.pk]),
        state_path=reverse("balance:state", args=[top_up.pk]),
    )


def _top_up(request: HttpRequest, top_up_id: int) -> TopUp:
    user = _user(request)
    top_up = queries.own_top_up(user.actor, top_up_id) if user else None
    if top_up is None:
        raise Http404
    return top_up


def _promise(top_up: TopUp) -> str:
    """What comes on top, in words; nothing where nothing does."""
    if not top_up.bonus_fen:
        return ""
    return ngettext(
        "You get %(bonus)s on top, good for %(days)s day.",
        "You get %(bonus)s on top, good for %(days)s days.",
        top_up.bonus_days,
    ) % {"bonus": money(top_up.bonus_fen), "days": top_up.bonus_days}


def _progress(top_up: TopUp) -> Progress:
    """How far its payment has come; none where it is on the balance already."""
    if top_up.paid_at is not None:
        return Progress.NONE
    return payments_of.progress(order=None, purpose=Purpose.TOP_UP, purpose_id=top_up.pk)


@require_GET
def state(request: HttpRequest, top_up_id: int) -> JsonResponse:
    """What the waiting page asks every few seconds."""
    return state_answer(_progress(_top_up(request, top_up_id)))


@require_GET
def back(request: HttpRequest, top_up_id: int) -> HttpResponse:
    """Back from the provider, who is asked; nothing is believed of this address."""
    user = _user(request)
    top_up = queries.own_top_up(user.actor, top_up_id) if user else None
    if top_up is None:
        return redirect("balance:show")
    payments.ask_about(order=None, purpose=Purpose.TOP_UP, purpose_id=top_up_id, at=clock.now())
    progress = _progress(top_up)
    say_if_declined(request, progress)
    if progress is Progress.NONE:
        return redirect("balance:show")
    return redirect("balance:pay", top_up_id)
