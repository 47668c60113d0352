"""The files of Swagger UI that we carry."""

from __future__ import annotations

import shutil
from pathlib import Path

from vendor import FOLDER, LICENCE, faults, read_record


def test_files_are_those_of_the_record() -> None:
    """Each file has the hash that was recorded when it was released, and there is no other."""
    assert list(faults()) == []


def test_record_says_what_they_are() -> None:
    """Name, version and licence stand beside them, and the licence's text."""
    record = read_record()
    assert (record["name"], record["licence"]) == ("swagger-ui-dist", LICENCE)
    assert "Apache License" in (FOLDER / "LICENSE").read_text("utf-8")


def test_changed_file_is_found(tmp_path: Path) -> None:
    """A file that somebody has changed, added or removed is named."""
    folder = tmp_path / "copy"
    shutil.copytree(FOLDER, folder)
    (folder / "swagger-ui.css").write_text("body {}")
    (folder / "more.js").write_text("")
    (folder / "NOTICE").unlink()
    found = "\n".join(faults(folder))
    assert all(f"'{name}'" in found for name in ("swagger-ui.css", "more.js", "NOTICE"))
