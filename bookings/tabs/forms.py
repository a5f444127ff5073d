"""Forms of tabs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.identity.phones import PhoneField
from kernel.web.forms import PageForm


class MemberForm(PageForm):
    """Whose number is to be added."""

    phone = PhoneField(
        label=_("Mobile phone"),
        help_text=_("The whole number of a person who has signed in here before."),
    )
