"""python -m transport.trains.fakes --port 9400 --data DIR"""

import argparse
import os
from pathlib import Path

from transport.trains.fakes.server import serve


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser(description="Stand-in of a service of train times.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    clock_spec = os.environ.get("QUANYU_CLOCK", "")
    serve(options.host, options.port, options.data, clock_spec=clock_spec).serve_forever()


main()
