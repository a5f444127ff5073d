"""Which gateway takes short messages; where none is set up, local data shows them at /outbox/."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.messages.channels import Channel, Letter, Undeliverable
from accounts.messages.channels.aliyun import Account, AliyunSms, read_templates


class NoGateway:
    """Leaves the text in its row, where the local page shows it; elsewhere says that it failed."""

    name = "SMS"

    def deliver(self, letter: Letter) -> None:
        if not settings.QUANYU_LOCAL:
            raise Undeliverable("no SMS gateway is set up")


def gateway() -> Channel:
    """The gateway whose keys are set, or none.

    :raises ImproperlyConfigured: a code of a template is not to be read.
    """
    keys = settings.SMS_GATEWAY
    if not keys["ALIYUN_SMS_KEY_ID"]:
        return NoGateway()
    account = Account(
        key_id=keys["ALIYUN_SMS_KEY_ID"],
        secret=keys["ALIYUN_SMS_KEY_SECRET"],
        sign_name=keys["ALIYUN_SMS_SIGN_NAME"],
        url=keys["ALIYUN_SMS_URL"].rstrip("/"),
    )
    try:
        return AliyunSms(account, read_templates(keys["ALIYUN_SMS_TEMPLATES"]))
    except ValueError as error:
        raise ImproperlyConfigured(f"ALIYUN_SMS_TEMPLATES: {error}.") from None
