"""What a flash sale's crowd was told, in figures."""

from bench import flash


def test_who_was_sent_away_for_a_moment_counts_as_a_5xx():
    times = {name: [1.0, 2.0] for name in ("p50_ms", "p99_ms")}
    report = {
        "statuses": [{"200": 300}, {"201": 200, "409": 99, "500": 1}], "seconds": 0.25, "shed": 7,
        "broken": 0, "unanswered": 0, "arrived_within_s": 10.0, "client_cpu_share": 0.1, **times,
    }  # fmt: skip

    figures = flash._figures(report, held=200, people=300)

    assert (figures["flash_sold"], figures["flash_unsold"]) == (200, 0)
    assert (figures["flash_5xx"], figures["flash_shed"]) == (8, 7)
