"""The alert rules: one an invariant, each over a measure that exists, each with a page of the run book."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from config.beat import EVERY_S
from config.health import pulse
from kernel import invariants, metrics
from kernel.web import overload  # noqa: F401 - what the web process counts with (config.wsgi)

DOCS = Path(__file__).resolve().parents[3] / "docs"
RULES = [
    rule
    for group in yaml.safe_load((DOCS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors() -> set[str]:
    words = _HEADING.findall((DOCS / "operating.md").read_text())
    return {re.sub(r"[^a-z0-9 -]", "", word.lower()).replace(" ", "-") for word in words}


def test_every_invariant_has_its_alert_and_no_alert_is_of_one_that_is_gone():
    told = [
        code
        for rule in RULES
        for code in re.findall(r'quanyu_invariant_breaches\{rule="([^"]+)"\} > 0', rule["expr"])
    ]

    assert sorted(told) == invariants.codes()


@pytest.mark.django_db
def test_every_measure_that_an_alert_names_is_told(client):
    pulse_text = pulse.gauge("worker", pulse.Pulse()).text()
    text = client.get("/metrics").content.decode() + pulse_text + metrics.render()
    families = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))

    named = {name for rule in RULES for name in re.findall(r"quanyu_\w+", rule["expr"])}

    stems = {name for name in named if name not in families}
    assert {name.removesuffix("_bucket") for name in stems} <= {
        name for name, kind in families.items() if kind == "histogram"
    }
    assert len(named) > 15


def test_every_job_that_an_alert_names_is_on_the_timetable():
    named = {
        job for rule in RULES for job in re.findall(r'job="([a-z_]+\.[a-z_.]+)"', rule["expr"])
    }

    assert named == {"kernel.outbox.tasks.relay"}
    assert named <= set(EVERY_S)


def test_what_every_machine_reads_from_the_same_tables_is_not_added_up():
    assert [rule["alert"] for rule in RULES if "sum(quanyu_" in rule["expr"]] == []


def test_the_run_book_names_every_alert():
    text = (DOCS / "operating.md").read_text()

    names = {re.sub("^Broken.*", "Broken…", rule["alert"]) for rule in RULES}

    assert {name for name in names if f"`{name}`" not in text} == set()


def test_every_alert_says_what_to_do():
    pages = [rule["annotations"]["runbook"].split("#") for rule in RULES]

    assert {file for file, _anchor in pages} == {"docs/operating.md"}
    assert {anchor for _file, anchor in pages} <= anchors()
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_a_worker_that_does_not_consume_is_told_of_within_a_minute():
    rule = next(rule for rule in RULES if rule["alert"] == "WorkerNotConsuming")

    age = int(re.search(r"> (\d+)", rule["expr"]).group(1))

    assert age + int(rule["for"].removesuffix("s")) <= 60
