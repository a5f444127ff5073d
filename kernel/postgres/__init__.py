"""Django's PostgreSQL backend, with one thing cheaper: asking whether a kept connection still lives."""
