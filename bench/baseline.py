"""What PostgreSQL itself does, one order a transaction, asked by its own pgbench."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection

from config.servers import pgbench

_TABLES = """
    DROP TABLE IF EXISTS bench_line, bench_order, bench_bucket;
    CREATE TABLE bench_bucket (
        id int PRIMARY KEY, capacity int NOT NULL, taken int NOT NULL DEFAULT 0,
        CHECK (taken BETWEEN 0 AND capacity));
    CREATE TABLE bench_order (id bigserial PRIMARY KEY, buyer text NOT NULL, total_fen bigint NOT NULL);
    CREATE TABLE bench_line (
        id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES bench_order,
        bucket_id int NOT NULL, units int NOT NULL);
    INSERT INTO bench_bucket SELECT n, 100000000 FROM generate_series(1, 100) AS n;
"""
_ORDER = """
\\set bucket random(1, {rows})
BEGIN;
UPDATE bench_bucket SET taken = taken + 1 WHERE id = :bucket AND taken < capacity;
INSERT INTO bench_order (buyer, total_fen) VALUES ('guest:1', 19000);
INSERT INTO bench_line (order_id, bucket_id, units) VALUES (currval('bench_order_id_seq'), :bucket, 1);
COMMIT;
"""


def tps(folder: Path, *, rows: int, seconds: int, runs: int = 3, clients: int = 8) -> float:
    """Transactions a second on ``rows`` buckets: the median of some runs of pgbench."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
    script = folder / f"order-{rows}.sql"
    script.write_text(_ORDER.format(rows=rows))
    return statistics.median(_tps(script, seconds, clients) for _run in range(runs))


def _tps(script: Path, seconds: int, clients: int) -> float:
    database = settings.DATABASES["default"]
    command = [
        str(pgbench()), "-n", "-f", str(script), "-c", str(clients), "-j", "2", "-T", str(seconds),
        "-h", str(database["HOST"]), "-U", str(database["USER"]), str(database["NAME"]),
    ]  # fmt: skip
    env = {**os.environ, "PGPASSWORD": str(database["PASSWORD"])}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])
