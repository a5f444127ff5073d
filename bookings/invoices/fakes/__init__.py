"""A stand-in of the service that issues invoices: one process on loopback that speaks Nuonuo's wire format.

For tests and for trying (`up --fakes`). It checks our signatures and our arithmetic as the platform and
the tax bureau do, and can be told to be slow, to fail before or after the deed, to lose answers, to take
its time, to say no, or to be down.
"""
