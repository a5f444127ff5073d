from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "accounts.identity"
    label = "accounts_identity"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts.identity import queries
        from accounts.messages import kinds, people

        people.register(queries.readers)
        kinds.register(
            kinds.Kind(
                name="accounts.identity.code",
                title=_("Sign-in code"),
                body=_(
                    "{code} is your code. It is good for {minutes} minutes. We never ask you for"
                    " it."
                ),
                examples={"code": "123456", "minutes": 10},
                is_secret=True,
            )
        )
        kinds.register(
            kinds.Kind(
                name="accounts.identity.password-link",
                title=_("Link to choose a password"),
                subject=_("Your account at work"),
                body=_(
                    "{name},\n\nchoose your password here; the link is good once:\n{link}\n\nAt"
                    " your first sign-in you set up an authenticator app on your phone."
                ),
                examples={"name": _("Wang Fang"), "link": "https://example.org/staff/password/"},
                is_secret=True,
            )
        )
