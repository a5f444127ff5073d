"""Messages to people: what was said to whom, by which ways it went, and what each person has chosen.

People with an account are named by their number: this room stands below the one that knows them.
Texts and addresses are sealed.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "WAITING", _("waiting")
    SENT = "SENT", _("sent")
    READ = "READ", _("read")
    FAILED = "FAILED", _("failed")
    DROPPED = "DROPPED", _("not sent any more")


class Way(models.TextChoices):
    """By which ways a message reaches people."""

    INBOX = "INBOX", _("on this site")
    EMAIL = "EMAIL", _("E-mail")
    SMS = "SMS", _("Text message")
    PUSH = "PUSH", _("On this device")


class Message(models.Model):
    """One thing said to one person. ``key`` makes it once.

    ``user_id`` is nobody where it went to a bare address. ``about`` names what it is about
    ("order:5"); ``zone`` is the clock by which quiet hours count. It is not sent after ``good_until``.
    """

    key = models.CharField(_("key"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=60, db_column="template")
    user_id = models.BigIntegerField(_("person"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body_sealed = models.TextField(_("text, sealed"))
    short_sealed = models.TextField(_("short text, sealed"), blank=True, db_default="")
    facts_sealed = models.TextField(_("facts, sealed"), blank=True, db_default="")
    link_sealed = models.TextField(_("link, sealed"), blank=True, db_default="")
    about = models.CharField(_("about"), max_length=60, blank=True, db_default="")
    zone = models.CharField(_("time zone"), max_length=40, blank=True, db_default="")
    created_at = models.DateTimeField(_("written at"), db_index=True)
    good_until = models.DateTimeField(_("good until"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = (
            models.Index(
                fields=("user_id", "-id"),
                condition=Q(user_id__isnull=False),
                name="accounts_messages_of_person",
            ),
            models.Index(
                fields=("user_id",),
                condition=Q(user_id__isnull=False, read_at__isnull=True),
                name="accounts_messages_unread",
            ),
            models.Index(fields=("about",), condition=~Q(about=""), name="accounts_messages_about"),
        )

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Delivery(models.Model):
    """A message on one way to one address. Tried at ``next_at``, later and later while there is no answer.

    ``target`` tells addresses of one way apart: a blind index.
    """

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="deliveries", verbose_name=_("message")
    )
    channel = models.CharField(_("way"), max_length=20, choices=Way)
    target = models.CharField(_("index of the address"), max_length=64, blank=True)
    to_sealed = models.TextField(_("address, sealed"), blank=True)
    to_masked = models.CharField(_("to"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("tried at"), null=True, blank=True)
    trouble = models.CharField(_("why it failed"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("written at"), db_index=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            models.UniqueConstraint(
                fields=("message", "channel", "target"), name="accounts_messages_delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="accounts_messages_delivery_state",
            ),
            models.CheckConstraint(
                condition=Q(state="WAITING", next_at__isnull=False) | ~Q(state="WAITING"),
                name="accounts_messages_delivery_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("SENT", "READ")) | Q(sent_at__isnull=False),
                name="accounts_messages_delivery_sent_at",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_at",),
                condition=Q(state="WAITING"),
                name="accounts_messages_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.to_masked}"


class Wording(models.Model):
    """An operator's words for a kind in one language, in place of those in code."""

    kind = models.CharField(_("kind"), max_length=60)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    short = models.TextField(_("short text"), blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("words of a message")
        verbose_name_plural = _("words of messages")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "language"), name="accounts_messages_wording_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"


class Choice(models.Model):
    """Whether a person wants messages of one topic by one way."""

    user_id = models.BigIntegerField(_("person"))
    topic = models.CharField(_("topic"), max_length=40)
    channel = models.CharField(_("way"), max_length=20, choices=Way)
    is_wanted = models.BooleanField(_("wanted"))

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = (
            models.UniqueConstraint(
                fields=("user_id", "topic", "channel"), name="accounts_messages_choice_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.channel} {self.is_wanted}"


class Preference(models.Model):
    """How a person wants to be spoken to: language, quiet hours, an e-mail address of their own.

    Equal times are no quiet hours. An address is used once it was confirmed.
    """

    user_id = models.BigIntegerField(_("person"), unique=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    quiet_from = models.TimeField(_("quiet from"))
    quiet_until = models.TimeField(_("quiet until"))
    email_sealed = models.TextField(_("e-mail, sealed"), blank=True)
    email_masked = models.CharField(_("e-mail"), max_length=80, blank=True)
    email_confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"#{self.user_id}"


class Device(models.Model):
    """A browser on which a person wants to be told while no page is open; who signs in there last has it.

    ``endpoint_index`` tells browsers apart, ``target`` is how deliveries name this one: blind indexes.
    """

    user_id = models.BigIntegerField(_("person"), db_index=True)
    endpoint_index = models.CharField(_("index of the address"), max_length=64, unique=True)
    target = models.CharField(_("index for deliveries"), max_length=64, db_index=True)
    sealed = models.TextField(_("subscription, sealed"))
    service = models.CharField(_("push service"), max_length=80)
    label = models.CharField(_("device"), max_length=80, blank=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")

    def __str__(self) -> str:
        return self.label or self.service


class Consent(models.Model):
    """That a person agreed to something of their own will, or withdrew it. Added to, never changed.

    ``text_hash`` is SHA-256 of what was shown, ``version`` the name of that text.
    """

    user_id = models.BigIntegerField(_("person"))
    purpose = models.CharField(_("purpose"), max_length=40)
    is_given = models.BooleanField(_("given"))
    version = models.CharField(_("version of the text"), max_length=20)
    text_hash = models.CharField(_("hash of the text"), max_length=64)
    language = models.CharField(_("language"), max_length=10)
    given_by = models.CharField(_("by way of"), max_length=20)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = (
            models.Index(fields=("user_id", "purpose", "-id"), name="accounts_messages_consent_of"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.is_given}"
