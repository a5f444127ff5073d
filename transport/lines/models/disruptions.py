"""What keeps a run from being what was sold, and what each of its riders wants then."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.naming import EN, ZH
from transport.lines.models.runs import Run


class DisruptionKind(models.TextChoices):
    """What happens to the run, or to some of its riders."""

    DELAY = "DELAY", _("late")
    CANCEL = "CANCEL", _("called off")
    RESTORE = "RESTORE", _("runs after all")
    TRAIN = "TRAIN", _("a train is late")


class Disruption(models.Model):
    """An operator's act at a run, or a train that is too late for it (TRAIN, with ``train``).

    DELAY: from then on the run is ``delay_s`` seconds late. ``has_choice``: its riders may choose
    otherwise. ``ended_at``: a newer one has taken its place.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="disruptions", verbose_name=_("run"))
    kind = models.CharField(_("what"), max_length=7, choices=DisruptionKind)
    delay_s = models.PositiveIntegerField(_("delay (seconds)"), default=0)
    train = models.ForeignKey(
        "transport_trains.Train",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("train"),
    )
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=120, blank=True)
    reason_en = models.CharField(_("reason (English)"), max_length=160, blank=True)
    has_choice = models.BooleanField(_("riders choose"))
    actor = models.CharField(_("by"), max_length=64)
    made_at = models.DateTimeField(_("at"))
    ended_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("disruption")
        verbose_name_plural = _("disruptions")
        constraints = (
            models.UniqueConstraint(
                fields=("run", "train"),
                condition=Q(kind="TRAIN"),
                name="transport_lines_disruption_train",
            ),
            models.CheckConstraint(
                condition=Q(kind="TRAIN", train__isnull=False)
                | ~Q(kind="TRAIN") & Q(train__isnull=True),
                name="transport_lines_disruption_cause",
            ),
            models.CheckConstraint(
                condition=Q(kind="DELAY") | Q(delay_s=0), name="transport_lines_disruption_delay"
            ),
        )
        indexes = (models.Index(fields=("made_at",), name="transport_lines_disruption_at"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.run}"

    @property
    def why(self) -> dict[str, str]:
        """The reason by language code; empty where none was given."""
        if not self.reason_zh and not self.reason_en:
            return {}
        return {ZH: self.reason_zh or self.reason_en, EN: self.reason_en or self.reason_zh}

    @property
    def delay(self) -> timedelta:
        """How late the run is from then on."""
        return timedelta(seconds=self.delay_s)


class RideChoice(models.TextChoices):
    """What becomes of a ride."""

    OPEN = "OPEN", _("not decided")
    KEEP = "KEEP", _("rides as it is now")
    MOVE = "MOVE", _("another departure")
    REFUND = "REFUND", _("money back")
    CREDIT = "CREDIT", _("a voucher of 10 % more")


class OnSilence(models.TextChoices):
    """What becomes of the ride of somebody who says nothing."""

    KEEP = "KEEP", _("stays as it is now")
    REFUND = "REFUND", _("money back")


class AffectedRide(models.Model):
    """A paid ride that a disruption concerns: its unused parts, and what is to become of them.

    One choice for all of them; by ``decide_by`` it is ``on_silence``. ``moved_to`` is the run onto which
    they were put, by their choice or because of their train. ``credited_to``: whose balance a voucher
    goes to. ``ended_at``: it is carried out.
    """

    disruption = models.ForeignKey(
        Disruption, models.PROTECT, related_name="rides", verbose_name=_("disruption")
    )
    line = models.ForeignKey(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    part_keys = models.JSONField(_("parts"))
    choice = models.CharField(
        _("choice"), max_length=6, choices=RideChoice, default=RideChoice.OPEN
    )
    on_silence = models.CharField(_("without an answer"), max_length=6, choices=OnSilence)
    decide_by = models.DateTimeField(_("to be chosen by"))
    chosen_at = models.DateTimeField(_("chosen at"), null=True, blank=True)
    moved_to = models.ForeignKey(
        Run, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("moved to")
    )
    credited_to = models.CharField(_("whose voucher"), max_length=64, blank=True, default="")
    ended_at = models.DateTimeField(_("carried out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("affected ride")
        verbose_name_plural = _("affected rides")
        constraints = (
            models.UniqueConstraint(
                fields=("disruption", "line"), name="transport_lines_affectedride_once"
            ),
            models.CheckConstraint(
                condition=Q(choice="OPEN", chosen_at__isnull=True)
                | ~Q(choice="OPEN") & Q(chosen_at__isnull=False),
                name="transport_lines_affectedride_chosen",
            ),
            models.CheckConstraint(
                condition=~Q(choice="CREDIT") | ~Q(credited_to=""),
                name="transport_lines_affectedride_credited",
            ),
        )
        indexes = (
            models.Index(
                fields=("decide_by",),
                condition=Q(ended_at__isnull=True),
                name="transport_lines_affectedride_d",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_id} {self.choice}"

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose still."""
        return self.choice == RideChoice.OPEN and self.ended_at is None
