"""Operators say things in their own words: checked, tried, and taken back."""

from __future__ import annotations

import pytest

from accounts.messages import kinds, opening, operations, queries
from accounts.messages.kinds import Texts
from accounts.messages.models import Message, Wording
from accounts.messages.operations import LacksWords, StrangeWords, tell
from kernel.audit.models import Entry
from tests.accounts.messages.conftest import AT, note

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kind():
    made = kinds.Kind(
        "test.paid", "Paid: {code}", {"code": "7K3M", "what": "Gate"}, subject="Paid",
        topic="TRIPS", needed=frozenset({"code"}),
    )  # fmt: skip
    kinds.register(made)
    return made


def reword(**texts: str) -> Wording:
    given = {"subject": "Thanks", "body": "Thanks! {code}", "short": "", **texts}
    return operations.reword(
        kind="test.paid", language="en", texts=Texts(**given), actor="user:1", at=AT
    )


def test_people_are_told_in_the_operators_words_of_their_language(wang):
    reword()

    tell([note(wang, "test.paid", facts={"code": "X1", "what": "Gate"})], at=AT)

    message = Message.objects.get()
    assert (message.subject, opening.body_of(message)) == ("Thanks", "Thanks! X1")
    assert queries.texts({("test.paid", "zh-hans")})["test.paid", "zh-hans"].subject == "Paid"


@pytest.mark.parametrize("field", ["subject", "body", "short"])
@pytest.mark.parametrize("word", ["total", "Code", "code.x", ""])
def test_what_cannot_be_filled_in_is_refused_with_its_field_and_what_there_is(field, word):
    with pytest.raises(StrangeWords) as refused:
        reword(**{field: f"{{code}} {{{word}}}"})

    assert refused.value.field == field
    assert f"{{{word}}} cannot" in refused.value.reason
    assert "{code}, {what}" in refused.value.reason
    assert not Wording.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("field", ["body", "short"])
def test_what_is_needed_cannot_be_left_out(field):
    with pytest.raises(LacksWords) as refused:
        reword(**{field: "Thanks!"})

    assert (refused.value.field, "{code}" in refused.value.reason) == (field, True)
    assert not Wording.objects.exists()


def test_of_a_secret_every_word_is_needed():
    kinds.register(kinds.Kind("test.door", "{link}", {"link": "x"}, is_secret=True))

    with pytest.raises(LacksWords):
        operations.reword(
            kind="test.door", language="en", texts=Texts("", "Open it."), actor="user:1", at=AT
        )


def test_back_to_the_words_in_code_with_one_step_and_all_of_it_on_record():
    reword()
    reword(body="Thank you! {code}")

    assert operations.back_to_default(kind="test.paid", language="en", actor="user:1", at=AT)
    assert not operations.back_to_default(kind="test.paid", language="en", actor="user:1", at=AT)

    assert queries.texts({("test.paid", "en")})["test.paid", "en"].body == "Paid: {code}"
    entries = Entry.objects.order_by("pk").values_list("action", "facts__before__body")
    assert list(entries) == [
        ("messages.reword", "Paid: {code}"),
        ("messages.reword", "Thanks! {code}"),
        ("messages.back-to-default", "Thank you! {code}"),
    ]


def test_a_test_goes_to_ones_own_addresses_with_the_examples(wang):
    reword()

    assert operations.send_test(kind="test.paid", language="en", user_id=wang.pk, at=AT) == 2

    sent = list(Message.objects.all())
    assert {opening.body_of(message) for message in sent} == {"Thanks! 7K3M"}
    to = {opening.address_of(each) for message in sent for each in message.deliveries.all()}
    assert to == {"16100000001", "wang@example.org"}


def test_the_words_of_many_cost_one_statement(wang, django_assert_num_queries):
    pairs = {("test.paid", "en"), ("test.paid", "zh-hans"), ("test.trip", "en")}

    with django_assert_num_queries(1):
        assert set(queries.texts(pairs)) == pairs


def test_the_words_in_code_pass_the_same_check():
    own = [each for each in kinds.list_all() if not each.name.startswith("test.")]
    assert len(own) > 10

    for each in own:
        for language in ("zh-hans", "en"):
            operations.check(each, kinds.defaults(each, language))
