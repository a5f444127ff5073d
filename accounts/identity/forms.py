"""Forms of signing in."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.identity.models import User
from accounts.identity.phones import PhoneField
from kernel.web.forms import PageForm

_SIX_DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "data-private": "true"}


class PhoneForm(PageForm):
    """Where the code is to be sent."""

    phone = PhoneField(
        label=_("Mobile phone"),
        help_text=_("We send you six digits. A new number becomes an account by itself."),
    )
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)


class CodeForm(PageForm):
    """The digits that were sent."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        help_text=_("Six digits, good for ten minutes."),
        widget=forms.TextInput(attrs={**_SIX_DIGITS, "autofocus": True}),
    )


class WorkForm(PageForm):
    """Name, password and second factor in one go."""

    username = forms.CharField(
        label=_("Login name or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=_("Code of your authenticator app"),
        required=False,
        max_length=20,
        help_text=_("Or one of your recovery codes. Leave it empty the very first time."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "data-private": "true"}),
    )
    trust = forms.BooleanField(
        label=_("Trust this device for 30 days"),
        required=False,
        help_text=_("For gates, buses and counters; never for the back office."),
    )
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class AuthenticatorForm(PageForm):
    """The first code of a new authenticator."""

    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=12,
        widget=forms.TextInput(attrs={**_SIX_DIGITS, "autofocus": True}),
    )


class AgainForm(PageForm):
    """The password once more, before the second factor is replaced."""

    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(PageForm):
    """A new password. No rules but length and not being common."""

    password = forms.CharField(
        label=_("New password"),
        min_length=12,
        max_length=128,
        strip=False,
        help_text=_("At least twelve characters; several words are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody at work who is to get an account; for the back office."""

    login_name = forms.CharField(
        label=_("Login name"),
        max_length=60,
        validators=[
            RegexValidator(r"^[a-zA-Z0-9._-]+$", _("Letters, digits, dot, hyphen, underscore."))
        ],
    )
    email = forms.EmailField(label=_("E-mail"))
    display_name = forms.CharField(label=_("Name"), max_length=60)

    class Meta:
        model = User
        fields = ("login_name", "email", "display_name", "language", "is_staff")

    def clean_login_name(self) -> str:
        return str(self.cleaned_data["login_name"]).lower()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
