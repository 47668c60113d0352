"""Asks whether the services that some tests need answer; exit 1 names those that do not.

The tests read the addresses here too: each is an environment variable with a default.
"""

from __future__ import annotations

import os
import socket
import sys
from urllib.parse import urlsplit

#: Service: the variable that names its address, and the default.
SERVICES = {
    "PostgreSQL": ("STACK_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"),
    "MariaDB": ("STACK_TEST_MARIADB", "mariadb+pymysql://root@127.0.0.1:3306/test"),
    "Redis": ("STACK_TEST_REDIS", "redis://127.0.0.1:6379/0"),
}
#: Those that are databases.
DATABASES = ("PostgreSQL", "MariaDB")


def find_url(service: str) -> str:
    """Return the address of a service."""
    variable, default = SERVICES[service]
    return os.environ.get(variable) or default


def find_place(service: str) -> tuple[str, int]:
    """Return the host and port of a service."""
    parts, default = urlsplit(find_url(service)), urlsplit(SERVICES[service][1])
    return parts.hostname or "127.0.0.1", parts.port or default.port or 0


def answers(host: str, port: int) -> bool:
    """Tell whether something accepts a connection there."""
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def missing() -> list[str]:
    """Return a sentence for each service that does not answer."""
    found = []
    for service, (variable, _) in SERVICES.items():
        host, port = find_place(service)
        if not answers(host, port):
            found.append(
                f"{service} does not answer at {host}:{port}. Start it, or set {variable}."
            )
    return found


def main() -> int:
    """Print what is missing."""
    found = missing()
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
