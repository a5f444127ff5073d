"""Facts that others hear about, written in the transaction that made them true."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel import trace


class Event(models.Model):
    """One fact. ``number`` is given when it is published: ids are given before commit, so a reader
    that follows ids would skip slow transactions; numbers only ever grow. Facts carry ids, codes
    and fen, never personal data. ``request_id`` says whose request it began with (kernel.trace).
    """

    name = models.CharField(_("name"), max_length=60)
    key = models.CharField(_("key"), max_length=80)
    facts = models.JSONField(_("facts"))
    recorded_at = models.DateTimeField(_("recorded at"))
    request_id = models.CharField(
        _("request id"), max_length=trace.LENGTH, default=trace.current, db_default=""
    )
    number = models.BigIntegerField(_("number"), null=True, unique=True)
    lease_until = models.DateTimeField(_("taken until"), null=True)
    done_at = models.DateTimeField(_("done at"), null=True)
    parked_at = models.DateTimeField(_("parked at"), null=True)
    unended = models.PositiveSmallIntegerField(
        _("starts without an ending"), default=0, db_default=0
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = (
            models.Index(
                fields=("id",), condition=Q(number__isnull=True), name="kernel_outbox_unpublished"
            ),
            models.Index(
                fields=("number",),
                condition=Q(done_at__isnull=True, parked_at__isnull=True),
                name="kernel_outbox_undone",
            ),
            models.Index(
                fields=("parked_at",),
                condition=Q(parked_at__isnull=False),
                name="kernel_outbox_parked",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class Receipt(models.Model):
    """A handler has dealt with an event: written in the transaction of its effect, so twice is once."""

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="receipts", verbose_name=_("event")
    )
    handler = models.CharField(_("handler"), max_length=80)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = (
            models.UniqueConstraint(fields=("event", "handler"), name="kernel_outbox_receipt_once"),
        )

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id}"


class Failure(models.Model):
    """A handler could not deal with an event so far."""

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="failures", verbose_name=_("event")
    )
    handler = models.CharField(_("handler"), max_length=80)
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)
    error = models.CharField(_("error"), max_length=200)
    at = models.DateTimeField(_("last try"))

    class Meta:
        verbose_name = _("failure")
        verbose_name_plural = _("failures")
        constraints = (
            models.UniqueConstraint(
                fields=("event", "handler"), name="kernel_outbox_failure_handler"
            ),
        )

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id} {self.error}"
