"""Background work of the audit."""

from typing import Any

from celery import shared_task

from kernel.audit import operations


@shared_task
def chain(**_: Any) -> None:
    """Every few seconds: chain the rows that are new."""
    operations.chain()
