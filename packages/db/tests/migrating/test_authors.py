"""Writing the revisions that an extension ships."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from stack_core import Extension
from stack_core.migrations import Migrations

from .conftest import Make, PricedShop, Project, Shop

SHIPPED = {"shop_order", "shop_line"}


def test_author_writes_the_next_revision(grown: Project, make: Make, package: Path) -> None:
    """``migrate --extension`` writes into the package: numbered, of its tables, without names."""
    names = {"uq": "uq_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
    later = make(PricedShop(), metadata=sa.MetaData(naming_convention=names))
    sa.Table("late", later.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    later.run("migrate --extension shop -m prices")
    text = (package / "shop_002_prices.py").read_text("utf-8")
    assert "down_revision = 'shop_001'" in text
    assert "'price'" in text
    assert "'late'" not in text
    later.run("upgrade")
    assert "shop_002" in later.recorded


def test_author_writes_the_first_revision(make: Make, folder: Path) -> None:
    """The first one gets the label of the branch; constraints take no name along."""
    (folder / "toy_shop" / "migrations").mkdir(parents=True)
    names = {"uq": "uq_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
    project = make(Shop(), metadata=sa.MetaData(naming_convention=names))
    project.run("init", "migrate --extension shop -m orders", "upgrade")
    text = (folder / "toy_shop" / "migrations" / "shop_001_orders.py").read_text("utf-8")
    assert "branch_labels = ('shop',)" in text
    assert "name=op.f" not in text
    assert "'book'" not in text
    assert project.tables >= SHIPPED


def test_author_depends_on_what_is_required(make: Make, folder: Path, package: Path) -> None:
    """What other extensions have shipped comes first; db's branch is not everywhere."""
    cart = type(
        "Cart",
        (Extension,),
        {
            "name": "cart",
            "requires": ("db", "shop"),
            "migrations": Migrations("toy_cart:migrations", branch="cart", tables=("cart_item",)),
        },
    )
    (folder / "toy_cart" / "migrations").mkdir(parents=True)
    project = make(Shop(), cart(), composed=True)
    sa.Table("cart_item", project.db.metadata, sa.Column("id", sa.Integer, primary_key=True))
    project.run("init", "upgrade", "revision --extension cart -m begin")
    text = (folder / "toy_cart" / "migrations" / "cart_001_begin.py").read_text("utf-8")
    assert "depends_on = 'shop_001'" in text
    project.run("upgrade", "migrate --extension cart -m items", "upgrade", "migrate", "upgrade")
    assert {"cart_item", "book"} <= project.tables
    assert "cart_item" not in project.newest()


def test_author_of_nothing_is_refused(shop: Project) -> None:
    """An extension without migrations is named."""
    assert "'cart' is no extension" in shop.refused("migrate --extension cart")


def test_own_revision_never_goes_into_a_package(shop: Project) -> None:
    """Who names an extension's head without ``--extension`` is told so."""
    said = shop.refused("revision --head shop@head")
    assert "'shop_001' is no revision of the application" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"shop_001"', '"first"', "'first' cannot name a revision of 'shop'"),
        ('("shop",)', "None", "without its label"),
    ],
)
def test_shipped_revision_is_checked(
    shop: Project,
    package: Path,
    old: str,
    new: str,
    said: str,
) -> None:
    """A name or label that would fail later, elsewhere, is refused at once."""
    file = package / "shop_001_orders.py"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    assert said in shop.refused("upgrade")


def test_package_without_its_folder_is_one_sentence(make: Make) -> None:
    """A wheel that was built without its revisions is said."""
    project = make(Shop())
    said = project.refused("upgrade")
    assert "The folder 'toy_shop:migrations' with the revisions of 'shop' is not there." in said
