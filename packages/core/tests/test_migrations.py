"""What an extension says about the tables that it ships."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stack_core import Extension
from stack_core.migrations import Migrations


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that cannot be imported, with a folder of revisions."""
    folder = tmp_path / "shop_with_revisions"
    (folder / "data" / "migrations").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


@pytest.mark.parametrize(
    ("folder", "inside"),
    [
        ("shop_with_revisions:data/migrations", "data/migrations"),
        ("shop_with_revisions.data:migrations", "data/migrations"),
    ],
)
def test_path_is_found_without_import(package: Path, folder: str, inside: str) -> None:
    """Looking for the folder runs none of the package's code."""
    migrations = Migrations(folder, branch="shop", tables=["shop_order"])
    assert migrations.path == package / inside
    assert "shop_with_revisions" not in sys.modules


@pytest.mark.parametrize("folder", ["nowhere_at_all:migrations", "shop_with_revisions:other"])
def test_missing_folder_is_said(package: Path, folder: str) -> None:
    """A package that is gone, or was built without its revisions, is named."""
    with pytest.raises(FileNotFoundError, match=f"'{folder}' with the revisions of 'shop'"):
        _ = Migrations(folder, branch="shop", tables=()).path


@pytest.mark.parametrize("table", ["order", "shoporder", "auth_shop"])
def test_table_begins_with_the_branch(table: str) -> None:
    """Whose a table is, is seen in its name."""
    with pytest.raises(ValueError, match=f"'{table}' is not named after its extension 'shop'"):
        Migrations("shop:migrations", branch="shop", tables=["shop_item", table])


@pytest.mark.parametrize("folder", ["migrations", "shop:", ":migrations", "shop-er:migrations"])
def test_folder_is_in_a_package(folder: str) -> None:
    """A folder without a package would depend on where the command is run."""
    with pytest.raises(ValueError, match="Write it 'package:folder'"):
        Migrations(folder, branch="shop", tables=())


@pytest.mark.parametrize("name", ["shop_001", "shop_1234"])
def test_revision_is_named_by_branch_and_number(name: str) -> None:
    """A name tells whose revision it is, also when the extension is gone."""
    assert Migrations("shop:m", branch="shop", tables=()).check(name) is None


@pytest.mark.parametrize("name", ["001", "shop_1", "shop_x01", "auth_001", "shop_001 "])
def test_other_names_are_refused(name: str) -> None:
    """What is wrong comes with what to write."""
    said = Migrations("shop:m", branch="shop", tables=()).check(name)
    assert said is not None
    assert repr(name) in said
    assert "'shop_001'" in said


def test_revision_fits_the_column_of_alembic() -> None:
    """MariaDB and PostgreSQL refuse more than 32 characters."""
    long = "a" * 30
    migrations = Migrations("shop:m", branch=long, tables=())
    assert "longer than 32 characters" in str(migrations.check(f"{long}_001"))


def test_branch_is_the_name_of_the_extension() -> None:
    """``flask db … NAME`` and ``Stack("NAME")`` mean the same."""
    with pytest.raises(TypeError, match=r"branch 'market'\. The branch is .* 'shop'\."):
        type(
            "Shop",
            (Extension,),
            {"name": "shop", "migrations": Migrations("m:m", branch="market", tables=())},
        )
