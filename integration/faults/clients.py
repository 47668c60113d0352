"""Clients that write numbered rows and keep a ledger of what was acknowledged."""

from __future__ import annotations

import json
import select
import sys
import time
from http.client import HTTPConnection, HTTPException

PAUSE = 0.02
"""Less than ``Retry-After`` asks for: how soon a site is back is to be measured."""
PATIENCE = 30


def write(port: int, client: int, number: int) -> tuple[int, str | None]:
    """Write one row, and return the status and ``Retry-After``."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("POST", f"/rows/{client}/{number}")
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Retry-After")
    except (OSError, HTTPException) as error:
        return 0, repr(error)
    finally:
        connection.close()


def main(port: int, client: int) -> None:
    """Write until the standard input ends, a line of the ledger for each answer."""
    number = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        began = time.monotonic()
        status, after = write(port, client, number)
        line = {"number": number, "status": status, "after": after, "began": began}
        print(json.dumps({**line, "ended": time.monotonic()}), flush=True)
        number += 1
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
