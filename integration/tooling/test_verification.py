"""That the demo proves where its packages came from."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from demo import wheels
from launch import Trouble

MODULE = b"answer = 42\n"
INFO = "stack_core-0.1.0.dist-info"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel of one module."""
    file = tmp_path / "stack_core-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("stack_core/__init__.py", MODULE)
        archive.writestr(
            "stack_core-0.1.0.dist-info/METADATA", "Name: stack-core\nVersion: 0.1.0\n"
        )
        archive.writestr("stack_core-0.1.0.dist-info/RECORD", "")
    return file


@pytest.fixture
def packages(tmp_path: Path, wheel: Path) -> Path:
    """An environment's packages, with that wheel installed."""
    folder = tmp_path / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    say_source(folder, wheel.as_uri())
    return folder


def say_source(packages: Path, url: str) -> None:
    source = {"url": url, "archive_info": {}}
    file = packages / INFO / "direct_url.json"
    file.write_text(json.dumps(source))


def test_what_came_from_its_wheel_is_listed(packages: Path, wheel: Path) -> None:
    """A distribution that is its wheel, file by file, is named with its version."""
    assert wheels.verify(packages, {"stack-core": wheel}) == ["stack-core 0.1.0"]


def test_what_came_from_an_index_is_refused(packages: Path, wheel: Path) -> None:
    """An index that has a distribution of our name cannot slip it in."""
    (packages / INFO / "direct_url.json").unlink()
    with pytest.raises(Trouble, match="'stack-core' came from an index"):
        wheels.verify(packages, {"stack-core": wheel})


def test_what_came_from_another_file_is_refused(packages: Path, wheel: Path) -> None:
    """A wheel of the same name in another place is another wheel."""
    say_source(packages, "file:///elsewhere/stack_core-0.1.0-py3-none-any.whl")
    with pytest.raises(Trouble, match="came from file:///elsewhere"):
        wheels.verify(packages, {"stack-core": wheel})


def test_what_we_never_built_is_refused(packages: Path, wheel: Path) -> None:
    """A distribution with our prefix and no wheel here is a stranger's."""
    with pytest.raises(Trouble, match="not from a wheel of this checkout"):
        wheels.verify(packages, {})


def test_changed_file_is_refused(packages: Path, wheel: Path) -> None:
    """The content counts, not only what is said about it."""
    changed = MODULE.replace(b"42", b"43")
    (packages / "stack_core" / "__init__.py").write_bytes(changed)
    with pytest.raises(
        Trouble, match=r"'stack_core/__init__\.py' is not the one in stack_core-0\.1"
    ):
        wheels.verify(packages, {"stack-core": wheel})
