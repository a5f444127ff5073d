"""The operating system's random bytes, fetched a page at a time.

Each call to the system lets go of the interpreter: a thread that makes the codes and tokens of fifty
orders one by one would stand behind all others a hundred and fifty times. Bytes are given out once;
a forked process begins with none.
"""

import os
import threading

_PAGE = 4096


class _Stock(threading.local):
    """What this thread has fetched and not given out yet."""

    page = b""
    given = 0

    def draw(self, count: int) -> bytes:
        if self.given + count > len(self.page):
            self.page, self.given = os.urandom(max(_PAGE, count)), 0
        drawn = self.page[self.given : self.given + count]
        self.given += count
        return drawn

    def forget(self) -> None:
        self.page = b""


_stock = _Stock()
os.register_at_fork(after_in_child=_stock.forget)


def random_bytes(count: int) -> bytes:
    """So many random bytes for keys, codes and nonces."""
    return _stock.draw(count)
