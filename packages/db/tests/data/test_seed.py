"""``flask db seed``: rows that every installation has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from stack_db.data.seeding import Seeder
from stack_db.mixins import SoftDelete

Run = Callable[..., Result]


def declare(library: Any, name: str = "Top") -> None:
    """Declare two seeds."""

    @library.db.seed
    def shelves(seeder: Seeder) -> None:
        seeder.ensure(library.Shelf, {"name": name})

    @library.db.seed
    def books(seeder: Seeder) -> None:
        shelf = seeder.ensure(library.Shelf, {"name": name})
        seeder.ensure(library.Book, {"id": 1}, title="One", shelf_id=shelf.id)


def test_second_run_changes_nothing(open_library: Any, library: Any, run_flask: Run) -> None:
    """A seed can be run as often as one likes."""
    app = open_library()
    declare(library)
    first = run_flask(app, "db", "seed")
    assert first.output.splitlines() == [
        "shelves: 1 created, 0 changed, 0 as they were.",
        "books: 1 created, 0 changed, 1 as they were.",
    ]
    second = run_flask(app, "db", "seed")
    assert second.output.splitlines() == [
        "shelves: 0 created, 0 changed, 1 as they were.",
        "books: 0 created, 0 changed, 2 as they were.",
    ]


def test_changed_value_is_written(open_library: Any, library: Any, run_flask: Run) -> None:
    """What somebody changed becomes what the seed says, and only that."""
    app = open_library()
    declare(library)
    run_flask(app, "db", "seed")
    with app.app_context():
        library.db.session.get(library.Book, 1).title = "Other"
        library.db.session.get(library.Book, 1).pages = 99
        library.db.session.commit()
    assert "books: 0 created, 1 changed" in run_flask(app, "db", "seed", "books").output
    with app.app_context():
        book = library.db.session.get(library.Book, 1)
        assert (book.title, book.pages) == ("One", 99)


def test_failed_seed_leaves_nothing(open_library: Any, library: Any, run_flask: Run) -> None:
    """A seed is one transaction: all of it or nothing."""
    app = open_library()

    @library.db.seed
    def broken(seeder: Seeder) -> None:
        seeder.ensure(library.Shelf, {"name": "Top"})
        raise RuntimeError("no more")

    assert isinstance(run_flask(app, "db", "seed").exception, RuntimeError)
    with app.app_context():
        assert library.db.session.query(library.Shelf).count() == 0


@pytest.mark.parametrize("by", [{"title": "One"}, {}, {"id": 1, "nothing": 2}])
def test_row_that_cannot_be_found_again(
    open_library: Any, library: Any, run_flask: Run, by: dict[str, Any]
) -> None:
    """A seed has to say which row it means."""
    app = open_library()

    @library.db.seed
    def vague(seeder: Seeder) -> None:
        seeder.ensure(library.Book, by)

    result = run_flask(app, "db", "seed")
    assert result.exit_code == 1
    assert "The seed 'vague' was not written" in result.output


def test_value_that_is_unique_among_live_rows_tells_a_row(
    open_library: Any, library: Any, run_flask: Run
) -> None:
    """On a model that only marks its rows, a seed finds the row that is not deleted."""

    class Poster(SoftDelete, library.db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        code: Mapped[str] = mapped_column(String(20), unique=True)

    app = open_library()

    @library.db.seed
    def posters(seeder: Seeder) -> None:
        seeder.ensure(Poster, {"code": "sun"})

    assert "posters: 1 created" in run_flask(app, "db", "seed").output
    assert "posters: 0 created, 0 changed, 1 as" in run_flask(app, "db", "seed").output
    with app.app_context():
        library.db.session.delete(library.db.session.query(Poster).one())
        library.db.session.commit()
    assert "posters: 1 created" in run_flask(app, "db", "seed").output


def test_seeds_are_listed_and_chosen(open_library: Any, library: Any, run_flask: Run) -> None:
    """Seeds have names, and one that there is not is refused before any is run."""
    app = open_library()
    assert "No seed is declared." in run_flask(app, "db", "seed").output
    declare(library)
    assert run_flask(app, "db", "seed", "--list").output.split() == ["shelves", "books"]
    refused = run_flask(app, "db", "seed", "shelves", "boks")
    assert "There is no seed 'boks'. There are: shelves, books." in refused.output
    with app.app_context():
        assert library.db.session.query(library.Shelf).count() == 0


def test_two_seeds_of_one_name(library: Any) -> None:
    """Two modules cannot declare one name, as one of them would be lost."""
    declare(library)

    def shelves(seeder: Seeder) -> None: ...

    shelves.__module__ = "elsewhere"
    with pytest.raises(ValueError, match="two seeds 'shelves'"):
        library.db.seed(shelves)
