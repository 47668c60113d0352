"""What ``--with`` means."""

from __future__ import annotations

import pytest

from stack._new.refusal import RefusalError
from stack._new.selection import select


@pytest.mark.parametrize(
    ("given", "names", "brackets"),
    [
        ([], ("db",), "[db]"),
        (["db"], ("db",), "[db]"),
        (["postgres"], ("db", "postgres"), "[db,postgres]"),
        (["mariadb,postgres"], ("db", "postgres", "mariadb"), "[db,postgres,mariadb]"),
        (["mariadb", "db , postgres"], ("db", "postgres", "mariadb"), "[db,postgres,mariadb]"),
        (["redis"], ("redis",), "[redis]"),
        (["redis,db"], ("db", "redis"), "[db,redis]"),
        (["rest"], ("rest",), "[rest]"),
        (["postgres,rest"], ("db", "rest", "postgres"), "[db,rest,postgres]"),
        (["none"], (), ""),
        (["none", "none"], (), ""),
    ],
)
def test_selection_is_read(given: list[str], names: tuple[str, ...], brackets: str) -> None:
    """Commas and repetition are the same; a with brings its part; without a word it is db."""
    selection = select(given)
    assert selection.names == names
    assert selection.brackets == brackets


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["postgre"], "'postgre' is not something for --with. Did you mean 'postgres'?"),
        (["zzz"], "Choose from db, rest, postgres, mariadb, redis, none."),
        (["db,"], "'' is not something for --with."),
        (["testing"], "'testing' is there for every application's tests. Leave it out."),
        (["none,db"], "'none' stands alone."),
        (["none", "db"], "'none' stands alone."),
    ],
)
def test_unfit_selection_is_refused(given: list[str], sentence: str) -> None:
    """One sentence says what is wrong, another what to take."""
    with pytest.raises(RefusalError) as error:
        select(given)
    assert sentence in str(error.value)


def test_switches_tell_an_embedded_database() -> None:
    """Lines about a database server, or about doing without, depend on the withs."""
    assert select([]).switches == {"db", "embedded"}
    assert select(["postgres"]).switches == {"db", "postgres"}
    assert select(["db,redis"]).switches == {"db", "redis", "embedded"}
    assert select(["db,rest"]).switches == {"db", "rest", "embedded"}
    assert select(["rest"]).switches == {"rest"}
    assert select(["redis"]).switches == {"redis", "none"}
    assert select(["none"]).switches == {"none"}
