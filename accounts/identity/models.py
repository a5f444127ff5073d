"""Who somebody is: the account, how they prove it, and where they are signed in.

Telephone numbers are sealed; equality is asked of a blind index. Secrets (codes, device tokens) are
stored as keyed hashes, authenticator seeds sealed: a copy of these tables signs nobody in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin


class UserManager(BaseUserManager["User"]):
    """What Django's own commands (createsuperuser) call."""

    def create_user(
        self, login_name: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """Store a person; without a password nobody can sign in with one."""
        email = fields.pop("email", None)
        user = self.model(login_name=login_name, email=email.lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, login_name: str, password: str | None = None, **fields: Any) -> User:
        """Store a person who may do everything in the back office."""
        return self.create_user(login_name, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person's account. A tourist has a phone, staff a login name and a second factor."""

    login_name = models.CharField(
        _("login name"), max_length=60, unique=True, null=True, blank=True
    )
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    phone_sealed = models.TextField(_("phone, sealed"), blank=True)
    phone_index = models.CharField(
        _("phone index"), max_length=64, unique=True, null=True, blank=True
    )
    phone_masked = models.CharField(_("phone"), max_length=40, blank=True)
    display_name = models.CharField(_("name"), max_length=60, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_staff = models.BooleanField(_("may use the back office"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demonstration = models.BooleanField(_("demonstration account"), default=False)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    USERNAME_FIELD = "login_name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (
            models.CheckConstraint(
                condition=Q(login_name__isnull=False)
                | Q(email__isnull=False)
                | Q(phone_index__isnull=False),
                name="accounts_identity_user_reachable",
            ),
        )

    def __str__(self) -> str:
        return self.display_name or self.login_name or self.phone_masked or f"#{self.pk}"

    @property
    def actor(self) -> str:
        """How orders, baskets and the audit name this person."""
        return f"user:{self.pk}"

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Challenge(models.Model):
    """A code sent to a phone. Bound to the phone, the purpose and the browser that asked for it."""

    ref = models.CharField(_("reference"), max_length=32, unique=True)
    purpose = models.CharField(_("purpose"), max_length=20)
    phone_sealed = models.TextField(_("phone, sealed"))
    phone_index = models.CharField(_("phone index"), max_length=64)
    phone_masked = models.CharField(_("phone"), max_length=40)
    code_hash = models.CharField(_("hash of the code"), max_length=64)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        constraints = (
            models.CheckConstraint(
                condition=Q(tries__lte=5), name="accounts_identity_challenge_tries"
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.phone_masked}"


class Allowance(models.Model):
    """How often something was done in one window of time; the row is the limit's memory."""

    key = models.CharField(_("key"), max_length=120)
    window_at = models.DateTimeField(_("window"))
    ends_at = models.DateTimeField(_("ends at"), db_index=True)
    spent = models.PositiveIntegerField(_("spent"))

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        constraints = (
            models.UniqueConstraint(
                fields=("key", "window_at"), name="accounts_identity_allowance_window"
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.spent}"


class SignIn(models.Model):
    """One browser in which somebody is signed in, until it is left, revoked, or its time is up."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="sign_ins", verbose_name=_("person")
    )
    is_work = models.BooleanField(_("at work"), default=False)
    browser = models.CharField(_("browser"), max_length=80, blank=True)
    started_at = models.DateTimeField(_("since"))
    seen_at = models.DateTimeField(_("last seen"))
    ends_at = models.DateTimeField(_("at the latest until"), db_index=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = (
            models.Index(
                fields=("user",),
                condition=Q(ended_at__isnull=True),
                name="accounts_identity_signin_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.browser}"

    @property
    def idle_limit(self) -> timedelta:
        """How long nothing may be heard of it before it ends by itself."""
        return WORK_IDLE if self.is_work else VISIT_IDLE

    def is_live(self, at: datetime) -> bool:
        """Whether the browser is still signed in."""
        return self.ended_at is None and at < self.ends_at and at - self.seen_at < self.idle_limit


VISIT_IDLE, VISIT_LONGEST = timedelta(days=30), timedelta(days=180)
WORK_IDLE, WORK_LONGEST = timedelta(hours=2), timedelta(hours=14)


class Session(AbstractBaseSession):
    """A browser's session (Django's own row), and the sign-in that it belongs to."""

    sign_in = models.ForeignKey(
        SignIn, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("sign-in")
    )

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.identity.session_store import SessionStore

        return SessionStore


class Authenticator(ThrottlingMixin, Device):
    """An authenticator app (RFC 6238). The seed is sealed; a code is good once.

    django-otp's own TOTPDevice keeps the seed in plain text; hence this one.
    """

    seed_sealed = models.TextField(_("seed, sealed"))
    last_step = models.BigIntegerField(_("last used step"), default=-1)

    class Meta:
        verbose_name = _("authenticator")
        verbose_name_plural = _("authenticators")
        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(confirmed=True),
                name="accounts_identity_authenticator_one",
            ),
        )

    def get_throttle_factor(self) -> float:
        """One second after the first wrong code, then twice as long each time."""
        return 1


class RecoveryCode(models.Model):
    """One of the codes on paper for the day the telephone is lost. Good once."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="recovery_codes", verbose_name=_("person")
    )
    code_hash = models.CharField(_("hash of the code"), max_length=64, unique=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return f"{self.user_id}"


class TrustedDevice(Device):
    """A browser at a gate, desk or bus that once proved the second factor: good for 30 days.

    Only the hash of its cookie is kept. It never opens the back office.
    """

    token_hash = models.CharField(_("hash of the token"), max_length=64, unique=True)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("trusted device")
        verbose_name_plural = _("trusted devices")
