"""What operators write in place of the words in code, kind by kind and language by language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.messages import kinds, queries
from accounts.messages.kinds import Kind, Texts
from accounts.messages.models import Wording
from accounts.messages.operations.write import Note, tell
from kernel.audit import operations as audit
from kernel.errors import Refusal


class StrangeWords(Refusal):
    """Something in braces is no placeholder of the kind."""

    message = _("%(words)s cannot be filled in here. There is: %(allowed)s.")


class LacksWords(Refusal):
    """A placeholder is missing without which the message is of no use."""

    message = _("The text must have %(words)s.")


def reword(*, kind: str, language: str, texts: Texts, actor: str, at: datetime) -> Wording:
    """Say a kind in other words in one language from now on; the audit keeps what it was.

    :raises StrangeWords, LacksWords: as ``check``.
    """
    found = kinds.get(kind)
    check(found, texts)
    with transaction.atomic():
        before = queries.texts({(kind, language)})[kind, language]
        given = {"subject": texts.subject, "body": texts.body, "short": texts.short}
        row, _is_new = Wording.objects.update_or_create(
            kind=kind, language=language, defaults={**given, "changed_at": at}
        )
        _note("messages.reword", kind, language, before, actor, at)
    return row


def back_to_default(*, kind: str, language: str, actor: str, at: datetime) -> bool:
    """Say it again in the words in code; False where it is."""
    with transaction.atomic():
        before = queries.texts({(kind, language)})[kind, language]
        gone, _by_model = Wording.objects.filter(kind=kind, language=language).delete()
        if gone:
            _note("messages.back-to-default", kind, language, before, actor, at)
    return bool(gone)


def send_test(*, kind: str, language: str, user_id: int, at: datetime) -> int:
    """Send a kind with its examples to each of a person's own addresses; how many."""
    person = queries.reach([user_id]).get(user_id)
    addresses = [to for way in person.addresses.values() for to in way] if person else []
    return tell(
        [
            Note(
                kind, f"test:{kind}:{language}:{user_id}:{at.timestamp()}:{place}",
                kinds.get(kind).examples, to=to, language=language,
            )
            for place, to in enumerate(addresses)
        ],
        at=at,
    )  # fmt: skip


def check(kind: Kind, texts: Texts) -> None:
    """Whether a kind can be said in these words.

    :raises StrangeWords: with the field, and what there is.
    :raises LacksWords: the text, or a short text that is there, lacks what it must have.
    """
    for field in ("subject", "body", "short"):
        _check(kind, field, getattr(texts, field))


def _check(kind: Kind, field: str, text: str) -> None:
    if strange := kinds.strange_words(kind, text):
        raise StrangeWords(field=field, words=_braced(strange), allowed=_braced(kind.placeholders))
    is_whole = field == "body" or (field == "short" and text)
    if is_whole and (lacking := kinds.lacking_words(kind, text)):
        raise LacksWords(field=field, words=_braced(lacking))


def _braced(words: Iterable[str]) -> str:
    return ", ".join(f"{{{word}}}" for word in sorted(words))


def _note(action: str, kind: str, language: str, before: Texts, actor: str, at: datetime) -> None:
    was = {"subject": before.subject, "body": before.body, "short": before.short}
    subject = f"wording:{kind}:{language}"
    audit.record(actor=actor, action=action, subject=subject, at=at, facts={"before": was})
