"""Asks whether the services that some tests need answer; exit 1 names those that do not.

Each address is an environment variable with a default, as the tests themselves read it.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from urllib.parse import urlsplit

#: Service: the variable that names its address, and the default.
SERVICES = {
    "PostgreSQL": ("STACK_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"),
    "MariaDB": ("STACK_TEST_MARIADB", "mariadb+pymysql://root@127.0.0.1:3306/test"),
    "Redis": ("STACK_TEST_REDIS", "redis://127.0.0.1:6379/0"),
}


def address(variable: str, default: str) -> tuple[str, int]:
    """Return the host and port of a service."""
    parts = urlsplit(os.environ.get(variable, default))
    return parts.hostname or "127.0.0.1", parts.port or urlsplit(default).port or 0


def answers(host: str, port: int) -> bool:
    """Tell whether something accepts a connection there."""
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def missing(patience: float) -> list[str]:
    """Return a sentence for each service that does not answer within ``patience`` seconds."""
    until = time.monotonic() + patience
    found = []
    for name, (variable, default) in SERVICES.items():
        host, port = address(variable, default)
        while not (there := answers(host, port)) and time.monotonic() < until:
            time.sleep(0.2)
        if not there:
            found.append(f"{name} does not answer at {host}:{port}. Start it, or set {variable}.")
    return found


def main() -> int:
    """Print what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wait", type=float, default=0, help="seconds to wait for them")
    found = missing(parser.parse_args().wait)
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
