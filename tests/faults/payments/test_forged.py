"""Forged notices, posted to the running site: refused, and nothing is written but in the log (F42)."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from bookings.payments.fakes.keys import keys_in
from bookings.payments.models import Attempt
from tests.bookings.payments import desks
from tests.bookings.payments.forged import FORGED
from tests.contracts.inbox import Letter
from tests.faults import figures
from tests.faults.client import Answer, send
from tests.faults.payments.services import NAMES, Bought, Service, fill, seconds_until
from tests.faults.world import World

FORGED_HERE = {what: found for what, found in FORGED.items() if found[0] in NAMES}
_REFUSED = "payment notice refused"


@contextmanager
def nobody_works(site: World) -> Iterator[None]:
    """Only the web runs: what is written meanwhile, it has written."""
    figures.settle()
    try:
        site.kill("beat", SIGSTOP)
        seconds_until(lambda: not any(_busy() or time.sleep(0.1) for _look in range(5)))
        site.kill("worker", SIGSTOP)
        assert not _busy(), "the worker was stopped at work"
        yield
    finally:
        for name in ("worker", "beat"):
            site.kill(name, SIGCONT)


def _busy() -> int:
    """How many other connections are in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return int(cursor.fetchone()[0])


def written() -> dict[str, tuple[int, int]]:
    """Of every table how many rows it has, and a sum over all that stands in them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        return {name: _sum_of(cursor, name) for name in names}


def _sum_of(cursor: CursorWrapper, table: str) -> tuple[int, int]:
    rows = f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "{table}" t'  # noqa: S608 - our own tables
    cursor.execute(rows)
    count, whole = cursor.fetchone()
    return int(count), int(whole)


@dataclass
class Post:
    """Letters to a running site, each written on a copy of the service's book, so that none spoils it."""

    site: World
    bought: dict[str, Bought]
    folder: Path

    def bring(self, name: str, write: Callable[[desks.World], Letter]) -> Answer:
        """Written and posted; what the writer has turned in our own row is turned back."""
        attempt = self.bought[name].attempt
        letter = write(self._at_desk(name, attempt))
        headers = {
            header.replace("-", "_"): text.encode().decode("latin-1")
            for header, text in letter.headers.items()
        }
        answer = send(f"{self.site.site.url}/hooks/{name}/", "POST", letter.raw, **headers)
        Attempt.objects.filter(pk=attempt.pk).exclude(provider_ref=attempt.provider_ref).update(
            provider_ref=attempt.provider_ref
        )
        return answer

    def _at_desk(self, name: str, attempt: Attempt) -> desks.World:
        self._copy_book()
        keys = keys_in(self.folder)
        desk = desks.DESKS[name](self.folder, keys, self.site.site.fakes, self.site.stage.clock)
        return desks.World(desk, attempt, Service(self.site, name).number(self.bought[name]))

    def _copy_book(self) -> None:
        """The services go on writing: what lies in their databases is asked of them, not of their files."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        book = self.site.folder / "fakes"
        shutil.copy(book / "fakes.json", self.folder)
        for path in book.glob("*.sqlite3"):
            with (
                closing(sqlite3.connect(path)) as here,
                closing(sqlite3.connect(self.folder / path.name)) as copy,
            ):
                here.backup(copy)


@pytest.mark.core
def test_forged_notices_are_refused_and_nothing_is_written(mall, report, tmp_path):
    bought = {name: Service(mall, name).buy(mall.things(1, in_days=1), "never") for name in NAMES}
    post = Post(mall, bought, tmp_path / "book")
    with nobody_works(mall):
        before, logged = written(), mall.log("web").count(_REFUSED)
        forged = {what: post.bring(*found) for what, found in FORGED_HERE.items()}
        after, lines = written(), mall.log("web").count(_REFUSED) - logged
        unpaid = [each.attempt.state for each in bought.values()]
        genuine = [post.bring(name, desks.World.letter) for name in NAMES]
    recovery_s = seconds_until(lambda: all(each.is_paid for each in bought.values()))

    changed = [name for name, stood in before.items() if after[name] != stood]
    row = report("F42", "forged notices of three services, then the genuine ones")
    kept = [each.is_paid for each in bought.values()]
    fill(row, mall, [*forged.values(), *genuine], kept=kept)
    row.duplicated, row.recovery_s = len(changed), recovery_s
    row.note = (
        f"{lines} refusals in the security log; of {len(before)} tables {len(changed)} changed"
    )
    assert {what: answer.status for what, answer in forged.items() if answer.status != 400} == {}
    assert len(forged) >= 30
    assert (changed, lines, unpaid) == ([], len(forged), ["PENDING"] * len(NAMES))
    assert {answer.status for answer in genuine} == {200}
    row.assert_whole()
    assert figures.settle() == []
