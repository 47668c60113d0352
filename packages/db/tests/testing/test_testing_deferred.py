"""A constraint that PostgreSQL checks at the commit is checked at an isolated commit too."""

import pytest

TEST = """
    import pytest
    from sqlalchemy import ForeignKey
    from sqlalchemy.exc import IntegrityError
    from sqlalchemy.orm import Mapped, mapped_column

    class Copy(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        book_id: Mapped[int] = mapped_column(
            ForeignKey("book.id", deferrable=True, initially="DEFERRED")
        )
        first_id: Mapped[int | None] = mapped_column(ForeignKey("book.id", deferrable=True))

    def test_deferred(database, inside, again):
        db.session.add(Copy(book_id=7))
        db.session.flush()
        db.session.add(Book(id=7, title="a"))
        db.session.commit()
        db.session.add(Copy(book_id=8))
        db.session.flush()
        with pytest.raises(IntegrityError):
            db.session.commit()
        db.session.rollback()
        assert titles() == ["a"]

    def test_immediate_stays_immediate(database, inside):
        db.session.add(Book(id=7, title="a"))
        db.session.commit()
        db.session.add(Copy(book_id=7, first_id=8))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()
"""


@pytest.mark.services
def test_deferred_constraint_is_checked_at_commit(run) -> None:
    """The commit fails where it would outside a test; others keep the moment of their check."""
    run("PostgreSQL", TEST).assert_outcomes(passed=3)
