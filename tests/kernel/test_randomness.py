"""Random bytes are given out once: never twice in a thread, a process or its children."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from kernel import randomness
from kernel.randomness import random_bytes


def test_every_length_is_served_also_one_beyond_a_page():
    assert [len(random_bytes(count)) for count in (0, 1, 12, 16, 5000, 16)] == [
        0,
        1,
        12,
        16,
        5000,
        16,
    ]


def test_nothing_is_given_twice_by_any_thread():
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _n: random_bytes(16), range(4000)))

    assert len(set(drawn)) == 4000


def test_a_child_begins_with_nothing_of_its_parents():
    random_bytes(16)
    mine = randomness._stock.page[randomness._stock.given :][:16]
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writer, random_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)

    assert len(mine) == 16
    assert os.read(reader, 16) != mine
    assert random_bytes(16) == mine
