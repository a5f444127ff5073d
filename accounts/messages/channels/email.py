"""E-mail through Django's backend: SMTP where EMAIL_URL says so."""

from __future__ import annotations

import hashlib
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.messages.channels import Letter, Undeliverable

_FOR_GOOD = 500
"""Reply codes from here on are final (RFC 5321, 4.2.1)."""


class Email:
    """Plain text, one person a message."""

    name = "EMAIL"

    def deliver(self, letter: Letter) -> None:
        mail = EmailMessage(
            letter.subject, text_of(letter), to=[letter.to], headers=headers_of(letter)
        )
        try:
            mail.send()
        except SMTPRecipientsRefused as refused:
            codes = [code for code, _why in refused.recipients.values()]
            if all(code >= _FOR_GOOD for code in codes):
                raise Undeliverable(f"the address was refused: {codes[0]}") from None
            raise
        except SMTPResponseException as answer:
            if answer.smtp_code >= _FOR_GOOD:
                raise Undeliverable(f"the mail server refused it: {answer.smtp_code}") from None
            raise


def headers_of(letter: Letter) -> dict[str, str]:
    """A Message-ID that is the same when it is tried again, and how to stop it (RFC 2369, RFC 8058)."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{host}>"}
    if letter.stop_link:
        headers["List-Unsubscribe"] = f"<{letter.stop_link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def text_of(letter: Letter) -> str:
    """The text, the way to what it is about, and how to stop it."""
    parts = [letter.body, letter.link]
    if letter.stop_link:
        with translation.override(letter.language):
            parts.append(_("Stop these messages: {link}").format(link=letter.stop_link))
    return "\n\n".join(filter(None, parts))
