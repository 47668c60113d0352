"""All books, one by one; prints how many megabytes more than at the start were needed."""

from __future__ import annotations

import resource
import sys

from books import make_models
from flask import Flask

from stack_core.query import EVERYTHING, Query
from stack_core.store import store_for
from stack_db import Database


def peak() -> float:
    """Return the most memory so far, in megabytes."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    app = Flask("bench")
    app.config["SQLALCHEMY_DATABASE_URI"] = sys.argv[1]
    db = Database()
    book = make_models(db)
    db.init_app(app)
    store = store_for(app, book)
    fields = ("title", "pages", "published", "author.name", "author.team.name")
    store.page(Query(fields=fields, limit=5), EVERYTHING)
    before, count = peak(), 0
    for _ in store.stream(Query(fields=fields, order=("published",)), EVERYTHING):
        count += 1
    if count < 1000:
        raise SystemExit(f"{count} rows")
    print(peak() - before)


main()
