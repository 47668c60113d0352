"""Import and initialise once; print the CPU seconds and the resident megabytes it took."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main(variant: str) -> None:
    from flask import Flask

    app = Flask("bench")
    app.config.update(SECRET_KEY="0123456789abcdef0123", SQLALCHEMY_DATABASE_URI="sqlite://")
    if variant == "flask-sqlalchemy":
        from flask_sqlalchemy import SQLAlchemy

        SQLAlchemy().init_app(app)
    elif variant == "stack":
        from stack_core import install
        from stack_db import Database

        install(app, [Database()])
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    loaded = sorted(
        {name.partition(".")[0] for name in sys.modules} & {"alembic", "flask_migrate"}
    )
    megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    print(json.dumps({"cpu": time.process_time(), "mb": megabytes, "early": loaded}))


main(sys.argv[1])
