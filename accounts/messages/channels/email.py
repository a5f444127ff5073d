"""E-mail through Django's backend: SMTP where EMAIL_URL says so."""

from __future__ import annotations

from django.core.mail import EmailMessage


class Email:
    """Plain text, one person a message."""

    name = "EMAIL"

    def deliver(self, *, to: str, subject: str, body: str, key: str) -> None:
        EmailMessage(subject, body, to=[to], headers={"X-Message-Key": key}).send()
