"""The whole timetable. Two beats may run: every job is safe to run twice."""

TIMETABLE = {
    "relay the outbox": {"task": "kernel.outbox.tasks.relay", "schedule": 1.0},
    "chain the audit": {"task": "kernel.audit.tasks.chain", "schedule": 5.0},
    "lapse due holds": {"task": "bookings.orders.tasks.lapse_due", "schedule": 5.0},
    "ask about open payments": {"task": "bookings.payments.tasks.ask_open", "schedule": 5.0},
    "extend horizons": {"task": "kernel.places.tasks.extend_horizons", "schedule": 3600.0},
    "ask waiting suppliers": {
        "task": "bookings.fulfilment.tasks.ask_waiting_suppliers",
        "schedule": 60.0,
    },
}
