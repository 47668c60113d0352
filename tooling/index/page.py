"""The page of the documentation that shows the index."""
from __future__ import annotations
from .entry import Strangers
from .outcome import Results
def find_missing(strangers: Strangers, results: Results) -> list[str]:
    return []
def write_page(strangers: Strangers, results: Results) -> None:
    pass
