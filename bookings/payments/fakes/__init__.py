"""Stand-ins for outside payment providers: one process on loopback that speaks their wire formats.

For tests and for trying (`up --fakes`). They check our signatures and sign their own words, and can be
told to be slow, to fail before or after the deed, to lose answers, to repeat, shuffle, replay and
forge notices, or to be down.
"""
