"""Before prices change, the desk sees them before and after; nothing is saved until it agrees."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kernel.audit.models import Entry
from tests.publishing import is_asked, send_again
from tests.tourism.test_admin import desk, enter, stopped_clock  # noqa: F401 - fixtures
from tests.tourism.test_price_admin import RULE, bare, product_form, product_page  # noqa: F401
from tourism.tickets.models import PriceRule, Product

pytestmark = pytest.mark.django_db

HOLIDAYS = {**RULE, "day_kind": "HOLIDAY"}


def save(desk: Client, product: Product, **changes: object):  # noqa: F811
    """Press "save" on the product's page, once."""
    return desk.post(product_page(product), product_form(product, changes))


def row(**fields: object) -> dict[str, object]:
    return {"price_rules-TOTAL_FORMS": 1} | {f"price_rules-0-{k}": v for k, v in fields.items()}


def stored(product: Product) -> tuple[dict[str, object], int]:
    return model_to_dict(Product.objects.get(pk=product.pk)), PriceRule.objects.count()


def moves(answer) -> dict[str, dict[str, tuple[str, str]]]:
    """What the page shows as changed, by kind of day and class; of the first season of each kind."""
    return {
        season.kind: {m.name: (m.before, m.after) for m in season.moves if not m.is_same}
        for season in reversed(answer.context["seasons"])
    }


def test_prices_before_and_after_are_shown_and_nothing_is_saved(desk, bare):  # noqa: F811
    before = stored(bare)

    answer = save(desk, bare, **row(**{**RULE, "weekdays": ["6", "7"], "price_fen": "200.50"}))

    assert is_asked(answer)
    assert moves(answer) == {
        "WEEKEND": {
            "adult": ("¥190", "¥200.50"),
            "minor_half": ("¥95", "¥100"),
            "student_half": ("¥95", "¥100"),
            "senior_half": ("¥95", "¥100"),
        }
    }
    html = answer.content.decode()
    for words in ("Weekends", "Sat 3 Oct – Sat 31 Oct", "¥190", "¥200.50", "+¥10.50", "as before"):
        assert words in html
    assert stored(bare) == before
    assert not Entry.objects.filter(action="prices.publish").exists()


def test_what_was_agreed_to_is_saved_and_audited(desk, bare):  # noqa: F811
    asked = save(desk, bare, peak_price_fen="210")

    done = send_again(
        desk, product_page(bare), asked, shown_prices=asked.context["shown"], _save="Save"
    )

    assert done.status_code == 302
    bare.refresh_from_db()
    assert bare.peak_price_fen == 21_000
    [entry] = Entry.objects.filter(action="prices.publish")
    assert entry.subject == f"product:{bare.pk}"
    assert ["WORKDAY", "adult", "¥190", "¥210"] in [told[1:] for told in entry.facts["prices"]]


def test_a_change_that_moves_no_price_is_not_asked_about(desk, bare):  # noqa: F811
    answer = save(desk, bare, name_en="Entrance", early_min="20")

    assert answer.status_code == 302
    bare.refresh_from_db()
    assert (bare.name_en, bare.early_min) == ("Entrance", 20)
    assert not Entry.objects.filter(action="prices.publish").exists()


@pytest.mark.parametrize("agreed", ["", "0" * 64])
def test_another_agreement_than_to_this_change_saves_nothing(desk, bare, agreed):  # noqa: F811
    asked = save(desk, bare, peak_price_fen="210")
    before = stored(bare)

    again = send_again(desk, product_page(bare), asked, shown_prices=agreed)

    assert is_asked(again)
    assert stored(bare) == before


def test_what_another_desk_has_published_meanwhile_is_shown_first(desk, bare):  # noqa: F811
    asked = save(desk, bare, peak_price_fen="210")
    Product.objects.filter(pk=bare.pk).update(peak_price_fen=20_000)

    again = send_again(desk, product_page(bare), asked, shown_prices=asked.context["shown"])

    assert is_asked(again)
    assert moves(again)["WORKDAY"]["adult"] == ("¥200", "¥210")
    assert "look again" in str([*get_messages(again.wsgi_request)][-1])
    bare.refresh_from_db()
    assert bare.peak_price_fen == 20_000


def test_who_goes_back_finds_what_they_wrote_and_nothing_saved(desk, bare):  # noqa: F811
    asked = save(desk, bare, **row(**{**HOLIDAYS, "price_fen": "251.50"}))
    before = stored(bare)

    back = send_again(desk, product_page(bare), asked, _edit="1")

    assert back.status_code == 200
    assert not is_asked(back)
    assert 'value="251.50"' in back.content.decode()
    assert stored(bare) == before


def two_rules(*rows: dict[str, object]) -> dict[str, object]:
    form: dict[str, object] = {"price_rules-TOTAL_FORMS": len(rows)}
    for number, each in enumerate(rows):
        form |= {f"price_rules-{number}-{name}": value for name, value in each.items()}
    return form


def rule_errors(answer) -> list[dict[str, list[str]]]:
    [found] = [
        each.formset
        for each in answer.context["inline_admin_formsets"]
        if each.formset.prefix == "price_rules"
    ]
    return found.errors


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_seasons_that_meet_at_one_rank_are_refused_at_the_precedence(desk, bare, language):  # noqa: F811
    before = stored(bare)
    week = {**RULE, "first_date": "2026-10-05", "last_date": "2026-10-11", "price_fen": "180"}

    with translation.override(language):
        answer = save(desk, bare, **two_rules(RULE, week))

    first, second = rule_errors(answer)
    assert first == {}
    assert list(second) == ["precedence"]
    assert "2026-10-01 – 2026-10-31" in second["precedence"][0]
    assert stored(bare) == before


def test_with_another_precedence_they_may_meet(desk, bare):  # noqa: F811
    week = {**RULE, "first_date": "2026-10-05", "last_date": "2026-10-11", "precedence": 1}

    assert is_asked(save(desk, bare, **two_rules(RULE, week)))


def test_the_same_days_twice_are_refused_in_plain_words(desk, bare):  # noqa: F811
    answer = save(desk, bare, **two_rules(RULE, {**RULE, "precedence": 1}))

    [found] = [
        each.formset
        for each in answer.context["inline_admin_formsets"]
        if each.formset.prefix == "price_rules"
    ]
    assert found.non_form_errors() == [
        "Two rules have the same days and class: delete one of them."
    ]
    assert not PriceRule.objects.exists()


def test_rules_that_meet_from_before_do_not_stop_other_work(desk, bare):  # noqa: F811
    days = ({"first_date": "2026-10-01"}, {"first_date": "2026-10-05"})
    for each in days:
        PriceRule.objects.create(product=bare, last_date="2026-10-31", price_fen=20_000, **each)
    rules = PriceRule.objects.order_by("pk")
    rows = [
        {**RULE, "id": rule.pk, "product": bare.pk, "first_date": rule.first_date} for rule in rules
    ]

    answer = save(
        desk, bare, **two_rules(*rows), **{"price_rules-INITIAL_FORMS": 2, "early_min": "25"}
    )

    assert answer.status_code == 302
    bare.refresh_from_db()
    assert bare.early_min == 25


def going(product: Product, code: str) -> dict[str, object]:
    """The classes' rows with one of them marked to be deleted."""
    rows = list(product.concessions.order_by("pk"))
    form: dict[str, object] = {
        "concessions-TOTAL_FORMS": len(rows), "concessions-INITIAL_FORMS": len(rows),
    }  # fmt: skip
    for number, each in enumerate(rows):
        fields = {
            "id": each.pk, "product": product.pk, "name_zh": each.name_zh, "name_en": each.name_en,
            "position": each.position, "permille": each.permille // 10, "code": each.code,
            "age_from": "" if each.age_from is None else each.age_from,
            "age_to": "" if each.age_to is None else each.age_to,
            "condition_zh": each.condition_zh, "condition_en": each.condition_en,
        } | ({"needs_proof": "on"} if each.needs_proof else {})  # fmt: skip
        form |= {f"concessions-{number}-{name}": value for name, value in fields.items()}
        if each.code == code:
            form[f"concessions-{number}-DELETE"] = "on"
    return form


def class_trouble(answer) -> list[str]:
    [found] = [
        each.formset
        for each in answer.context["inline_admin_formsets"]
        if each.formset.prefix == "concessions"
    ]
    return list(found.non_form_errors())


def test_the_adults_class_cannot_be_deleted(desk, bare):  # noqa: F811
    answer = save(desk, bare, **going(bare, "adult"))

    assert "cannot be deleted" in class_trouble(answer)[0]
    assert bare.concessions.filter(code="adult").exists()


def test_a_class_with_prices_of_its_own_cannot_be_deleted(desk, bare):  # noqa: F811
    PriceRule.objects.create(
        product=bare, class_code="student_half", price_fen=1,
        first_date="2026-10-01", last_date="2026-10-31",
    )  # fmt: skip

    answer = save(desk, bare, **going(bare, "student_half"))

    assert "student_half" in class_trouble(answer)[0]
    assert bare.concessions.filter(code="student_half").exists()


def test_no_rule_is_written_for_a_class_that_the_same_page_deletes(desk, bare):  # noqa: F811
    rule = row(**{**RULE, "class_code": "student_half"})

    answer = save(desk, bare, **rule, **going(bare, "student_half"))

    assert list(rule_errors(answer)[0]) == ["class_code"]
    assert not PriceRule.objects.exists()
    assert bare.concessions.filter(code="student_half").exists()


def test_any_other_class_goes_and_is_told_to_end(desk, bare):  # noqa: F811
    asked = save(desk, bare, **going(bare, "student_half"))

    told = [
        (move.name, move.before, move.after)
        for season in asked.context["seasons"]
        for move in season.moves
        if season.kind == "WORKDAY" and not move.is_same
    ]
    assert told == [("student_half", "¥95", ""), ("student_half", "¥75", "")]
    done = send_again(desk, product_page(bare), asked, shown_prices=asked.context["shown"])
    assert done.status_code == 302
    assert not bare.concessions.filter(code="student_half").exists()


def test_a_deposit_is_told_for_every_day(desk, bare):  # noqa: F811
    asked = save(desk, bare, deposit_fen="99.50")

    assert moves(asked) == {"ANY": {"Deposit a person": ("¥0", "¥99.50")}}
    assert "Every day" in asked.content.decode()


def test_a_family_price_is_told_beside_the_classes(desk, bare):  # noqa: F811
    family = {
        **{k: RULE[k] for k in ("first_date", "last_date", "weekdays", "day_kind")},
        "name_zh": "家庭", "name_en": "Family", "members_adult": 2, "members_minor_half": 1,
        "price_fen": "400",
    }  # fmt: skip
    form = {"group_prices-TOTAL_FORMS": 1} | {f"group_prices-0-{k}": v for k, v in family.items()}

    asked = save(desk, bare, **form)

    [told] = moves(asked)["WORKDAY"].items()
    assert told[1] == ("", "¥400")
    assert told[0].startswith("Family: 2")


def test_the_page_speaks_chinese(desk, bare):  # noqa: F811
    with translation.override("zh-hans"):
        answer = save(desk, bare, **row(**HOLIDAYS))

    html = answer.content.decode()
    for words in ("发布这些价格", "法定节假日", "原价", "新价"):
        assert words in html


def test_other_months_of_the_peak_are_other_prices(desk, bare):  # noqa: F811
    area = bare.area
    url = reverse("admin:tourism_areas_scenicarea_change", args=[area.pk])
    page = desk.get(url)
    form = {
        name: value
        for name, value in page.context["adminform"].form.initial.items()
        if value is not None
    } | {"peak_first_month": 4}
    for inline in page.context["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}

    asked = desk.post(url, form)

    assert is_asked(asked)
    assert moves(asked)["WORKDAY"]["adult"] == ("¥190", "¥150")
    area.refresh_from_db()
    assert area.peak_first_month == 3
    done = send_again(desk, url, asked, shown_prices=asked.context["shown"])
    area.refresh_from_db()
    assert (done.status_code, area.peak_first_month) == (302, 4)
