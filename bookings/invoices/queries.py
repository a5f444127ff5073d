"""Reads of invoices and titles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.invoices.figures import Sold, Taxed
from bookings.invoices.models import Invoice, Issuer, Rate, Row, State, Title
from bookings.invoices.services import Buyer, Role, Seller, Wanted
from bookings.invoices.services import Row as Laid
from bookings.orders.models import Line, Order
from kernel import seals
from kernel.errors import NotFound

TOKEN_PURPOSE = "invoice-service"  # noqa: S105 - a purpose of sealing


class TitleNotFound(NotFound):
    """No such title, or somebody else's: the same answer for both."""

    code = "title_not_found"
    message = _("There is no such invoice title.")


def titles_of(actors: Collection[str]) -> QuerySet[Title]:
    """A person's titles, the one taken by default first, then the newest."""
    return Title.objects.filter(actor__in=actors).order_by("-is_default", "-changed_at", "-pk")


def title(title_id: int, *, actors: Collection[str]) -> Title:
    """One of a person's titles. :raises TitleNotFound: none of theirs."""
    found = titles_of(actors).filter(pk=title_id).first()
    if found is None:
        raise TitleNotFound
    return found


def blue_of(order: Order, supplier_id: int) -> QuerySet[Invoice]:
    """The invoice of a supplier for an order that stands, or is to: at most one."""
    blue = Invoice.objects.filter(order=order, supplier=supplier_id, red_of=None)
    return blue.exclude(state=State.VOID)


def of_order(order: Order) -> QuerySet[Invoice]:
    """Invoices and red letters of an order, in the order in which they came about."""
    found = Invoice.objects.filter(order=order).select_related("supplier", "red_of")
    return found.prefetch_related("files").order_by("pk")


class NoRate(Exception):
    """A supplier has not said how something is taxed."""


def can_issue(supplier_id: int, lines: Iterable[Line]) -> bool:
    """Whether a supplier is set up to issue for these lines."""
    issuer = Issuer.objects.filter(organisation=supplier_id, is_on=True).first()
    if issuer is None or not issuer.token_sealed:
        return False
    rates = _rates(issuer)
    return all(_rate(rates, line.kind, is_kept=False) for line in lines)


def taxed(issuer: Issuer, sold: Sequence[Sold]) -> Mapping[str, Taxed]:
    """How each of these is taxed, by its key. :raises NoRate: one is not said."""
    rates, found = _rates(issuer), {}
    for each in sold:
        rate = _rate(rates, each.kind, is_kept=each.is_kept)
        if rate is None:
            raise NoRate
        found[each.key] = Taxed(rate.goods_code, rate.permille, rate.policy)
    return found


def _rates(issuer: Issuer) -> Mapping[tuple[str, bool], Rate]:
    return {(rate.kind, rate.is_kept): rate for rate in issuer.rates.all()}


def _rate(rates: Mapping[tuple[str, bool], Rate], kind: str, *, is_kept: bool) -> Rate | None:
    """The nearest one; a fee without a rate of its own is taxed as what it was kept of."""
    ways = [(kind, True), ("", True)] if is_kept else []
    return next((rates[way] for way in [*ways, (kind, False), ("", False)] if way in rates), None)


def seller_of(issuer: Issuer) -> dict[str, str]:
    """A supplier as it stands on its invoices from now on."""
    names = ("name", "tax_number", "address", "phone", "account", "clerk")
    return {name: getattr(issuer, name) for name in names}


def wanted(invoice: Invoice) -> Wanted:
    """An invoice in the words of the service."""
    issuer, title = Issuer.objects.get(organisation=invoice.supplier_id), invoice.title
    code = Order.objects.values_list("code", flat=True).get(pk=invoice.order_id)
    return Wanted(
        number=invoice.number,
        seller=Seller(
            **invoice.seller,
            access_token=seals.unseal(issuer.token_sealed, purpose=TOKEN_PURPOSE),
        ),
        buyer=Buyer(title.name, title.tax_number, title.address, title.phone, title.bank_line),
        rows=[row for _key, row in rows_of([invoice])],
        at=invoice.asked_at,
        remark=f"订单 {code}",
        reddens=invoice.red_of.serial if invoice.red_of else "",
    )


def rows_of(invoices: Collection[Invoice]) -> list[tuple[str, Laid]]:
    """The rows of invoices, each with the key of what it is for."""
    found = Row.objects.filter(invoice__in=invoices).order_by("invoice", "place")
    return [
        (
            row.key,
            Laid(
                place=row.place, role=Role(row.role), name=row.name, spec=row.spec,
                quantity=row.quantity, goods_code=row.goods_code, permille=row.permille,
                policy=row.policy, amount_fen=row.amount_fen, tax_fen=row.tax_fen,
            ),
        )
        for row in found
    ]  # fmt: skip


def standing_rows(blue: Invoice) -> list[tuple[str, Laid]]:
    """The rows of an invoice, then those of its red letters."""
    reds = Invoice.objects.filter(red_of=blue).exclude(state=State.VOID)
    return [*rows_of([blue]), *rows_of(list(reds))]
