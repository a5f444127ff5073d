"""A supplier's own statements: only theirs; read, confirm, dispute, download; and the platform's answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.settlement import operations as settlement
from bookings.settlement.models import Statement, StatementState
from bookings.settlement.operations.statements import month_end
from kernel import clock
from tests.cast import assemble, enter
from tests.contracts.settled import earned
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db

ANSWER = "admin:bookings_settlement_statement_answer"


@pytest.fixture
def cast(db):
    return assemble(RegionFactory())


@pytest.fixture
def sent(cast) -> Statement:
    """Of the area's last month: 60 rows."""
    region = cast.area.region
    month = (region.local_date(clock.now()).replace(day=1) - timedelta(days=1)).replace(day=1)
    for _row in range(60):
        earned(cast.area, 100, at=month_end(region, month) - timedelta(days=1))
    settlement.make_statements(region=region, month=month, at=clock.now())
    found = Statement.objects.get(organisation=cast.area)
    return settlement.send(statement_id=found.pk, actor="user:1", at=clock.now())


def page(name: str, statement: Statement) -> str:
    return reverse(f"settlement:{name}", args=[statement.pk])


def test_only_the_own_ones_are_there(cast, sent):
    mine = enter(cast.li_wei).get(reverse("settlement:statements"))
    theirs = enter(cast.qian_bo).get(reverse("settlement:statements"))

    assert [row.pk for row, *_word in mine.context["rows"]] == [sent.pk]
    assert list(theirs.context["rows"]) == []
    for name in ("statement", "confirm", "dispute", "csv"):
        assert enter(cast.qian_bo).get(page(name, sent)).status_code == 404
    assert enter(cast.qian_bo).post(page("confirm", sent)).status_code == 404
    assert Statement.objects.get().state == StatementState.SENT


def test_its_rows_are_paged_in_few_statements(cast, sent, django_assert_max_num_queries):
    browser = enter(cast.li_wei)
    browser.get(page("statement", sent))
    with django_assert_max_num_queries(14):
        first = browser.get(page("statement", sent))

    second = browser.get(page("statement", sent), {"after": first.context["page"].next_cursor})
    assert [len(first.context["rows"]), len(second.context["rows"])] == [50, 10]
    assert "¥60" in first.content.decode()


def test_it_is_confirmed_by_a_form(cast, sent):
    done = enter(cast.li_wei).post(page("confirm", sent), follow=True)

    found = Statement.objects.get()
    assert (found.state, found.confirmed_by) == (StatementState.CONFIRMED, f"user:{cast.li_wei.pk}")
    assert page("confirm", sent) not in done.content.decode()


def test_a_dispute_has_words_and_gets_an_answer(cast, sent):
    desk, platform = enter(cast.li_wei), enter(cast.he_ping)
    empty = desk.post(page("dispute", sent), {"words": " "})
    assert empty.context["form"].errors
    assert Statement.objects.get().state == StatementState.SENT

    desk.post(page("dispute", sent), {"words": "<b>One</b> is missing."})
    answered = platform.post(reverse(ANSWER, args=[sent.pk]), {"words": "On the next one."})

    assert answered.status_code == 302
    shown = desk.get(page("statement", sent)).content.decode()
    assert "&lt;b&gt;One&lt;/b&gt; is missing." in shown
    assert "On the next one." in shown
    assert Statement.objects.get().state == StatementState.DISPUTED


def test_a_supplier_does_not_answer_itself(cast, sent):
    settlement.dispute(statement_id=sent.pk, words="No.", actor="user:2", at=clock.now())

    refused = enter(cast.li_wei).post(reverse(ANSWER, args=[sent.pk]), {"words": "Yes."})

    assert refused.status_code == 403
    assert Statement.objects.get().notes.count() == 1


def test_the_table_has_every_row_and_no_formula(cast, sent):
    cast.area.name_zh = cast.area.name_en = "=cmd()"
    cast.area.save()

    text = enter(cast.li_wei).get(page("csv", sent)).content.decode("utf-8-sig")

    rows = text.splitlines()
    assert rows[0].endswith(",'=cmd()")
    assert sum(row.endswith(",1") for row in rows) == 60
