"""Stand-ins of a mail server, of Alibaba Cloud (SMS, identity check) and of a push service.

They speak the wire formats, check what a real one checks, and can be told to fail. Nothing leaves.
"""
