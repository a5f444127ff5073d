from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "accounts.identity"
    label = "accounts_identity"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts.messages import templates

        templates.register(
            templates.Template(
                name="accounts.identity.code",
                body=_(
                    "{code} is your code. It is good for {minutes} minutes. We never ask you for"
                    " it."
                ),
                placeholders=frozenset({"code", "minutes"}),
                is_secret=True,
            )
        )
        templates.register(
            templates.Template(
                name="accounts.identity.password-link",
                subject=_("Your account at work"),
                body=_(
                    "{name},\n\nchoose your password here; the link is good once:\n{link}\n\nAt"
                    " your first sign-in you set up an authenticator app on your phone."
                ),
                placeholders=frozenset({"name", "link"}),
                is_secret=True,
            )
        )
