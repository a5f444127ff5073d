"""How the worker listens to the broker."""

from functools import partial

from celery.worker import consumer
from kombu import Connection


class Consumer(consumer.Consumer):
    """Asks for a lost broker every second. Celery asks ever later, up to every 30 s, which is as
    long as a broker that is back would wait for its workers.
    """

    def ensure_connected(self, conn: Connection) -> Connection:
        conn.ensure_connection = partial(  # type: ignore[method-assign]
            conn.ensure_connection, interval_start=1, interval_step=0, interval_max=1
        )
        return super().ensure_connected(conn)
