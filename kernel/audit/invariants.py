"""What must hold of the audit."""

from collections.abc import Sequence
from datetime import datetime

from kernel.audit import operations as audit
from kernel.invariants import rule


@rule("audit-chain", breach="UPDATE kernel_audit_entry SET actor = 'breach' WHERE position = 1")
def audit_chain(at: datetime) -> Sequence[str]:
    """The audit's chain holds from its first row to its last."""
    broken = audit.first_broken()
    return [] if broken is None else [f"position={broken}"]
