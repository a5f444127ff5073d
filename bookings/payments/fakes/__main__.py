"""python -m bookings.payments.fakes --port 9100 --data DIR --webhook http://…/hooks/stripe/"""

import argparse
import os
from pathlib import Path

from bookings.payments.fakes.server import serve


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser(description="Stand-ins for outside payment providers.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--webhook", default="")
    options = parser.parse_args()
    clock_spec = os.environ.get("QUANYU_CLOCK", "")
    serve(
        options.host, options.port, options.data, webhook=options.webhook, clock_spec=clock_spec
    ).serve_forever()


main()
