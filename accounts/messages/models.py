"""Messages to people: what was to be said to whom, sealed, and whether it went out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a message stands."""

    WAITING = "WAITING", _("waiting")
    SENT = "SENT", _("sent")
    FAILED = "FAILED", _("failed")


class Message(models.Model):
    """One message to one person. ``key`` makes it once; address and text are sealed."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    template = models.CharField(_("template"), max_length=60)
    channel = models.CharField(_("channel"), max_length=20)
    language = models.CharField(_("language"), max_length=10)
    to_sealed = models.TextField(_("address, sealed"))
    to_masked = models.CharField(_("to"), max_length=80)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body_sealed = models.TextField(_("text, sealed"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    trouble = models.CharField(_("why it failed"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("written at"), db_index=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]),
                name="accounts_messages_message_state",
            ),
        )

    def __str__(self) -> str:
        return f"{self.template} {self.to_masked}"
