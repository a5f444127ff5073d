#!/usr/bin/env python3
"""The one entry: `python3 manage.py up`, `python3 manage.py test`, and Django's own commands."""

import sys

from config import bootstrap

if __name__ == "__main__":
    bootstrap.enter(sys.argv)

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
