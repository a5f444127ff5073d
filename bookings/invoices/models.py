"""Invoices: whom they are made out to, who issues them at which rates, and the invoices themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.invoices import titles
from bookings.invoices.services import FileKind, Role
from bookings.invoices.titles import TitleFacts, TitleKind
from kernel.money import yuan


class Title(models.Model):
    """A title that somebody has saved, sealed as a whole. One of a person's is taken by default."""

    actor = models.CharField(_("person"), max_length=64, db_index=True)
    kind = models.CharField(_("kind"), max_length=10, choices=TitleKind)
    sealed = models.TextField(_("title, sealed"))
    is_default = models.BooleanField(_("taken by default"), default=False)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("invoice title")
        verbose_name_plural = _("invoice titles")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in TitleKind]),
                name="bookings_invoices_title_kind",
            ),
            models.UniqueConstraint(
                fields=("actor",),
                condition=Q(is_default=True),
                name="bookings_invoices_title_one_default",
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor} {self.get_kind_display()}"

    @property
    def facts(self) -> TitleFacts:
        """The title in plain: for its owner's eyes, and for the invoice."""
        return titles.unseal(self.sealed)


class Moment(models.TextChoices):
    """From when on a supplier issues.

    An invoice may be issued once the business is done (发票管理办法实施细则: 发生经营业务确认营业收入时);
    a supplier who issues earlier owes the tax from that day on (增值税法: 先开具发票的，为开具发票的当日).
    """

    AFTER_USE = "AFTER_USE", _("after use, or when its time is over")
    AFTER_PAYMENT = "AFTER_PAYMENT", _("after payment")


class Issuer(models.Model):
    """A supplier as a taxpayer, and its own token at the service; without it nothing is issued."""

    organisation = models.OneToOneField(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="issuer",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("registered name"), max_length=100)
    tax_number = models.CharField(_("tax number"), max_length=20)
    address = models.CharField(_("registered address"), max_length=80, blank=True)
    phone = models.CharField(_("registered phone"), max_length=20, blank=True)
    account = models.CharField(_("bank and account number"), max_length=100, blank=True)
    clerk = models.CharField(_("issued by (name)"), max_length=20)
    token_sealed = models.TextField(_("token at the invoice service, sealed"), blank=True)
    moment = models.CharField(_("issues"), max_length=20, choices=Moment, default=Moment.AFTER_USE)
    is_on = models.BooleanField(_("issues invoices here"), default=True)

    class Meta:
        verbose_name = _("issuer of invoices")
        verbose_name_plural = _("issuers of invoices")

    def __str__(self) -> str:
        return self.name


class Policy(models.TextChoices):
    """A rule beside the rate, by the two digits that 数电发票 has for it."""

    NONE = "", _("none")
    EXEMPT = "03", _("exempt from tax")
    NOT_TAXED = "04", _("not taxed")


class Rate(models.Model):
    """How a supplier taxes what it sells of one kind; of no kind: everything else.

    ``is_kept``: what the terms keep of what was cancelled; fees for a refund are 其他现代服务
    (财税〔2017〕90 号).
    """

    issuer = models.ForeignKey(
        Issuer, models.CASCADE, related_name="rates", verbose_name=_("issuer of invoices")
    )
    kind = models.CharField(_("kind"), max_length=20, blank=True)
    is_kept = models.BooleanField(_("fees kept of refunds"), default=False)
    goods_code = models.CharField(_("tax classification code"), max_length=19)
    permille = models.PositiveSmallIntegerField(_("tax rate (permille)"))
    policy = models.CharField(_("rule"), max_length=2, choices=Policy, blank=True, default="")

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = (
            models.UniqueConstraint(
                fields=("issuer", "kind", "is_kept"), name="bookings_invoices_rate_kind"
            ),
            models.CheckConstraint(
                condition=Q(permille__gte=0) & Q(permille__lte=200),
                name="bookings_invoices_rate_permille",
            ),
            models.CheckConstraint(
                condition=Q(policy="") | Q(permille=0), name="bookings_invoices_rate_policy"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind or '*'} {self.permille}‰"


class State(models.TextChoices):
    """Where an invoice stands."""

    ASKED = "ASKED", _("asked for")
    ISSUING = "ISSUING", _("being issued")
    ISSUED = "ISSUED", _("issued")
    FAILED = "FAILED", _("stuck: a person must look")
    VOID = "VOID", _("nothing was left to invoice")


_TONES: dict[str, str] = {State.ISSUED: "good", State.FAILED: "bad"}


class Invoice(models.Model):
    """One invoice of one supplier for one order, or, with ``red_of``, a red letter of it.

    ``number`` is ours at the service, ``serial`` the invoice's own. ``total_fen`` has the tax in it and
    is below zero on a red letter; of an invoice ``reddened_fen`` is taken back by its red letters, moved
    by one guarded statement. Once issued, nothing else of it changes any more: a trigger refuses it.
    ``next_at``: when it is looked at again, ``why`` what it waits for or why it is stuck; one that
    ``is_refused`` is known to be not issued under its number.
    """

    order = models.ForeignKey(
        "bookings_orders.Order", models.PROTECT, related_name="invoices", verbose_name=_("order")
    )
    supplier = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("supplier")
    )
    red_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reds",
        verbose_name=_("red letter of"),
    )
    token = models.CharField(_("token"), max_length=32, unique=True)
    number = models.CharField(_("our number"), max_length=20, unique=True)
    serial = models.CharField(_("invoice number"), max_length=20, blank=True)
    title_kind = models.CharField(_("made out to"), max_length=10, choices=TitleKind)
    title_sealed = models.TextField(_("title, sealed"))
    title_shown = models.CharField(_("invoice title"), max_length=100)
    seller = models.JSONField(_("seller"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    total_fen = models.BigIntegerField(_("total (fen)"), default=0)
    tax_fen = models.BigIntegerField(_("tax (fen)"), default=0)
    reddened_fen = models.BigIntegerField(_("taken back (fen)"), default=0)
    asked_by = models.CharField(_("asked by"), max_length=64)
    asked_at = models.DateTimeField(_("asked at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    issued_at = models.DateTimeField(_("invoice issued at"), null=True, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("looked at again at"), null=True, blank=True)
    why = models.CharField(_("what is the matter"), max_length=200, blank=True)
    is_refused = models.BooleanField(_("refused by the invoice service"), default=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "supplier"),
                condition=Q(red_of__isnull=True) & ~Q(state="VOID"),
                name="bookings_invoices_invoice_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="bookings_invoices_invoice_state",
            ),
            models.CheckConstraint(
                condition=Q(red_of__isnull=True, tax_fen__gte=0, total_fen__gte=F("tax_fen"))
                | Q(red_of__isnull=False, tax_fen__lte=0, total_fen__lte=F("tax_fen")),
                name="bookings_invoices_invoice_colour",
            ),
            models.CheckConstraint(
                condition=Q(reddened_fen=0)
                | Q(red_of__isnull=True, reddened_fen__gte=0, reddened_fen__lte=F("total_fen")),
                name="bookings_invoices_invoice_red_within_blue",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("ISSUING", "ISSUED")) | ~Q(total_fen=0),
                name="bookings_invoices_invoice_has_a_sum",
            ),
            models.CheckConstraint(
                condition=~Q(state="ISSUED") | (~Q(serial="") & Q(issued_at__isnull=False)),
                name="bookings_invoices_invoice_has_its_number",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_at",),
                condition=Q(next_at__isnull=False),
                name="bookings_invoices_invoice_due",
            ),
            models.Index(fields=("asked_at",), name="bookings_invoices_asked"),
        )

    def __str__(self) -> str:
        return f"{self.serial or self.number} ¥{yuan(self.total_fen)}"

    @property
    def subject(self) -> str:
        """How the audit names it."""
        return f"invoice:{self.pk}"

    @property
    def title(self) -> TitleFacts:
        """Whom it is made out to, in plain."""
        return titles.unseal(self.title_sealed)

    @property
    def tone(self) -> str:
        """How the state looks on a page."""
        return _TONES.get(self.state, "note")

    @property
    def left_fen(self) -> int:
        """What stands of it, less its red letters."""
        return self.total_fen - self.reddened_fen


class Row(models.Model):
    """One row of an invoice, as it is sent. ``key`` is what was sold, the same on its red letters."""

    invoice = models.ForeignKey(
        Invoice,
        models.CASCADE,
        related_name="rows",
        db_index=False,
        verbose_name=_("invoice"),
    )
    place = models.PositiveSmallIntegerField(_("line of the invoice"))
    key = models.CharField(_("key"), max_length=40)
    role = models.CharField(_("role"), max_length=10, choices=[(r.value, r.value) for r in Role])
    name = models.CharField(_("thing sold"), max_length=90)
    spec = models.CharField(_("details"), max_length=40, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    goods_code = models.CharField(_("tax classification code"), max_length=19)
    permille = models.PositiveSmallIntegerField(_("tax rate (permille)"))
    policy = models.CharField(_("rule"), max_length=2, choices=Policy, blank=True, default="")
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    tax_fen = models.BigIntegerField(_("tax (fen)"))

    class Meta:
        verbose_name = _("row of an invoice")
        verbose_name_plural = _("rows of invoices")
        constraints = (
            models.UniqueConstraint(
                fields=("invoice", "place"), name="bookings_invoices_row_place"
            ),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="bookings_invoices_row_sum"),
            models.CheckConstraint(
                condition=Q(permille__gte=0), name="bookings_invoices_row_permille"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ¥{yuan(self.amount_fen)}"

    @property
    def untaxed_fen(self) -> int:
        return self.amount_fen - self.tax_fen


class File(models.Model):
    """An issued invoice in one form, sealed: names and numbers of people are in it."""

    invoice = models.ForeignKey(
        Invoice,
        models.PROTECT,
        related_name="files",
        db_index=False,
        verbose_name=_("invoice"),
    )
    kind = models.CharField(
        _("kind of file"), max_length=3, choices=[(kind.value, kind.value) for kind in FileKind]
    )
    url = models.CharField(_("where it is had"), max_length=500)
    sealed = models.TextField(_("file, sealed"), blank=True)

    class Meta:
        verbose_name = _("file of an invoice")
        verbose_name_plural = _("files of invoices")
        constraints = (
            models.UniqueConstraint(fields=("invoice", "kind"), name="bookings_invoices_file_once"),
        )

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.kind}"
