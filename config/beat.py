"""The whole timetable: every job and the seconds between its runs.

Two beats may run. Each message says how long its period is, and the worker begins every period of a
job once (config.celery).
"""

EVERY_S = {
    "kernel.outbox.tasks.relay": 1,
    "kernel.audit.tasks.chain": 5,
    "bookings.orders.tasks.lapse_due": 5,
    "bookings.inventory.tasks.release_quotas": 60,
    "bookings.waitlist.tasks.serve": 2,
    "bookings.waitlist.tasks.end_over": 60,
    "bookings.waitlist.tasks.learn_odds": 86_400,
    "bookings.payments.tasks.ask_open": 5,
    "bookings.payments.tasks.catch_up": 60,
    "bookings.deposits.tasks.return_due": 300,
    "bookings.deposits.tasks.carry_out_due": 5,
    "bookings.dues.tasks.tell_due": 60,
    "bookings.refunds.tasks.end_overdue": 60,
    "bookings.shares.tasks.keep_due": 30,
    "bookings.refunds.tasks.send_due": 5,
    "bookings.invoices.tasks.look_at_due": 5,
    "bookings.balance.tasks.expire": 3600,
    "bookings.points.tasks.expire": 3600,
    "bookings.points.tasks.tell_expiring": 3600,
    "bookings.tabs.tasks.bill_months": 3600,
    "bookings.refunds.tasks.wipe_old": 3600,
    "bookings.settlement.tasks.take_up": 300,
    "bookings.settlement.tasks.take_up_all": 86_400,
    "bookings.settlement.tasks.expire": 3600,
    "bookings.settlement.tasks.make_statements": 86_400,
    "bookings.rewards.tasks.take_up_all": 86_400,
    "bookings.fulfilment.tasks.ask_waiting_suppliers": 60,
    "kernel.watch.tasks.ask_next_rule": 120,
    "kernel.places.tasks.extend_horizons": 300,
    "accounts.identity.tasks.forget_old": 3600,
    "bookings.pricing.tasks.audit_prices": 86_400,
    "bookings.news.tasks.remind_of_tomorrow": 300,
    "bookings.news.tasks.remind_of_soon": 60,
    "bookings.warnings.tasks.tell_newcomers": 300,
    "tourism.tickets.tasks.follow_moves": 60,
    "accounts.messages.tasks.deliver_due": 5,
    "accounts.messages.tasks.forget_old": 3600,
}

TIMETABLE = {
    task: {"task": task, "schedule": seconds, "kwargs": {"every_s": seconds}}
    for task, seconds in EVERY_S.items()
}
