"""The page on which a hardship is told, as a plain form."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bookings.refunds import operations as refunds
from bookings.refunds.models import RefundRequest
from tests.bookings.payments.conftest import attempt, bucket, now, order, paid, party  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(paid) -> str:  # noqa: F811
    return f"/en/o/{paid.token}/hardship/"


@pytest.fixture
def part(paid) -> str:  # noqa: F811
    return f"{paid.lines.get().pk}:p0"


@pytest.mark.parametrize("form", [{}, {"words": "ill"}])
def test_no_part_ticked_is_said(client, address, form):
    page = client.post(address, form).content.decode()

    assert "Please tick for whom and for what." in page
    assert not RefundRequest.objects.exists()


def test_a_file_that_is_none_keeps_what_was_ticked(client, address, part):
    file = SimpleUploadedFile("a.txt", b"hello")

    page = client.post(address, {"words": "ill", "part": part, "evidence": file}).content.decode()

    assert f'value="{part}" checked' in page
    assert page.count(" checked") == 1
    assert "each a JPEG, PNG or PDF" in page
    assert not RefundRequest.objects.exists()


def test_everything_is_one_tick(client, address, paid):  # noqa: F811
    client.post(address, {"words": "ill", "all": "1"})

    assert RefundRequest.objects.get().part_keys == {paid.lines.get().pk: ["p0", "p1"]}


def test_while_one_is_looked_at_there_is_no_second_form(client, address, part):
    client.post(address, {"words": "ill", "part": part})

    page = client.get(address).content.decode()

    assert "One request at a time" in page
    assert 'id="hardship"' not in page


def test_after_a_no_the_answer_stands_above_the_form(client, address, part, now):  # noqa: F811
    client.post(address, {"words": "ill", "part": part})
    asked = RefundRequest.objects.get()
    refunds.refuse(request_id=asked.pk, answer="No note was shown", actor="user:1", at=now)

    page = client.get(address).content.decode()

    assert "No note was shown" in page
    assert 'id="hardship"' in page
