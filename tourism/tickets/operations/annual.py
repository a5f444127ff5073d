"""Enter annual cards, and withdraw them."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.travellers import operations as travellers
from kernel.audit import operations as audit
from kernel.errors import Refusal
from tourism.areas.models import ScenicArea
from tourism.tickets.models import AnnualCard, Concession, Product, ProductKind
from tourism.tickets.pricing import ANNUAL_CARD

_LAST = 90
_NAMES = {"name_zh": "年卡", "name_en": "Annual card"}
_CONDITION = {
    "condition_zh": "持本人年卡及登记证件，每天一次",
    "condition_en": "With one's own annual card and its document, once a day",
}


class CardTwice(Refusal):
    code = "card_twice"
    message = _("There is a card with this number already.")


class EndsBeforeItBegins(Refusal):
    message = _("It must end after it begins.")


class SellsNothing(Refusal):
    message = _("This area sells no admission.")


def enter_card(  # noqa: PLR0913 - a card and a document
    *,
    area: ScenicArea,
    number: str,
    holder: str,
    kind: str,
    document: str,
    valid_from: date,
    valid_until: date,
    actor: str,
    at: datetime,
    issuer: str = "",
) -> AnnualCard:
    """Bind a card to a person's document. The area has a class for its holders from then on. Audited.

    :raises DocumentWrong: the number cannot be right. :raises CardTwice: this number is there already.
    :raises EndsBeforeItBegins: its days. :raises SellsNothing: the area has no admission.
    """
    if valid_until < valid_from:
        raise EndsBeforeItBegins(field="valid_until")
    read = travellers.read_document(kind=kind, number=document, issuer=issuer, at=at)
    try:
        with transaction.atomic():
            _offer_class(area)
            card = AnnualCard.objects.create(
                area=area, number=number.strip(), holder=holder,
                document_index=travellers.index_of(read), document_masked=read.masked,
                valid_from=valid_from, valid_until=valid_until, issued_by=actor, issued_at=at,
            )  # fmt: skip
            _note("tickets.annual-card.enter", card, actor, at)
    except IntegrityError:
        raise CardTwice(field="number") from None
    return card


def withdraw_card(*, card: AnnualCard, actor: str, at: datetime) -> bool:
    """It is good no longer; what was booked with it stays. False: it was not any more. Audited."""
    with transaction.atomic():
        good = AnnualCard.objects.filter(pk=card.pk, revoked_at__isnull=True)
        is_done = bool(good.update(revoked_at=at))
        if is_done:
            _note("tickets.annual-card.withdraw", card, actor, at)
    return is_done


def _offer_class(area: ScenicArea) -> None:
    """:raises SellsNothing: the area has no admission."""
    product = Product.objects.filter(area=area, kind=ProductKind.ADMISSION).first()
    if product is None:
        raise SellsNothing(field="area")
    Concession.objects.get_or_create(
        product=product,
        code=ANNUAL_CARD,
        defaults={
            **_NAMES, **_CONDITION, "permille": 0, "needs_proof": True, "position": _LAST,
        },
    )  # fmt: skip


def _note(action: str, card: AnnualCard, actor: str, at: datetime) -> None:
    audit.record(actor=actor, action=action, subject=f"annual-card:{card.pk}", at=at)
