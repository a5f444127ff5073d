"""The web workers' entry below `up`: they end with its web server, also when that is killed."""

import signal

from config import processes

processes.follow_parent(signal.SIGKILL)

from config.wsgi import application  # noqa: E402, F401 - what the server asks for
