"""Logs: one JSON object a line, with the request's id and without personal data."""

import logging
import os
from typing import Any

import structlog

from kernel import trace

_STANDARD_ERROR = 2


class LineHandler(logging.Handler):
    """Writes a message that is a line already: one system call, and no lock between the threads."""

    def createLock(self) -> None:  # noqa: N802 - the name is the library's
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        os.write(_STANDARD_ERROR, f"{record.msg}\n".encode())


def structured(level: str, *, is_worker: bool) -> dict[str, Any]:
    """A LOGGING dict that writes JSON lines to standard error.

    Values of requests (bodies, query strings, names) are never put into a line; 4xx answers are
    outcomes and not faults, so Django's own warning for each of them is left out.
    """
    shared: list[Any] = [
        trace.into_line,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # No line of ours names a thread, a process, a file: let no record look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            "lines": {"()": LineHandler},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Their lines are JSON already.
            "quanyu.requests": {"handlers": ["lines"], "propagate": False},
            "quanyu.events": {
                "handlers": ["lines"],
                "propagate": False,
                # A command that deals with events speaks to a person.
                "level": "INFO" if is_worker else "WARNING",
            },
            "celery": {"level": "WARNING"},  # a line for each run of each second says nothing
            "stripe": {"level": "WARNING"},  # two lines for each call
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
