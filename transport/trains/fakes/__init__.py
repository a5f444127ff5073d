"""A stand-in of a service that knows when trains arrive.

It speaks the wire format, checks the gateway's signature, and can be told who is late, and to fail.
"""
