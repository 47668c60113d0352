"""Import and initialise once; print the CPU seconds and the resident megabytes it took."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from application import make


def main(variant: str) -> None:
    app = make(variant)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    loaded = sorted(
        {name.partition(".")[0] for name in sys.modules} & {"alembic", "flask_migrate"}
    )
    megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    print(
        json.dumps({"app": app.name, "cpu": time.process_time(), "mb": megabytes, "early": loaded})
    )


main(sys.argv[1])
