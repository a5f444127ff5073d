"""Stand-ins of a mail server, of Alibaba Cloud SMS and of a push service, to try messages on one machine.

They speak the wire formats, check what a real one checks, and can be told to fail. Nothing leaves.
"""
