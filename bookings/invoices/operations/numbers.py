"""Our own numbers of invoices at the service."""

from kernel import codes


def new_number() -> str:
    """Twenty letters and digits, as many as the services take; another one for each try that is refused."""
    return f"QY{codes.new_code(18)}"
