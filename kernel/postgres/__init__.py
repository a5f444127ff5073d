"""Django's PostgreSQL backend, with two things cheaper: a kept connection's life, and planning."""
