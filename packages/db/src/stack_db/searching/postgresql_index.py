"""A search index on PostgreSQL: of pg_trgm where that is installed, else of arrays of pieces."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.engine import Connection

from .index import PREFIX, SearchIndex, literal, quote, read_words

FUNCTION = "db_search_pieces"
"""Returns the pieces of three characters that text is made of, without case."""

_MAKE_FUNCTION = f"""\
CREATE OR REPLACE FUNCTION {FUNCTION}(given text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $pieces$
SELECT coalesce(array_agg(DISTINCT substr(lower(given), i, 3)), '{{}}')
FROM generate_series(1, length(lower(given)) - 2) AS i
$pieces$"""


def create(index: SearchIndex) -> Iterator[str]:
    """Yield the statements that make an index; which kind is decided by the server."""
    columns = [quote(column) for column in index.columns]
    made = f"CREATE INDEX {quote(index.name)} ON {quote(index.table)} USING gin "
    by_extension = made + f"({', '.join(f'{each} %I.gin_trgm_ops' for each in columns)})"
    by_pieces = made + f"({', '.join(f'{FUNCTION}({each}::text)' for each in columns)})"
    places = ", ".join(["place"] * len(columns))
    yield f"""\
DO $search$
DECLARE place name := (
  SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  WHERE e.extname = 'pg_trgm');
BEGIN
  IF place IS NOT NULL THEN
    EXECUTE format({_escaped(by_extension)}, {places});
  ELSE
    {_MAKE_FUNCTION};
    EXECUTE {literal(by_pieces)};
  END IF;
END $search$"""
    yield f"COMMENT ON INDEX {quote(index.name)} IS {literal(index.words)}"


def drop(index: SearchIndex) -> Iterator[str]:
    """Yield the statements that remove an index, and the function that no other needs."""
    yield f"DROP INDEX IF EXISTS {quote(index.name)}"
    yield f"""\
DO $search$ BEGIN
  DROP FUNCTION IF EXISTS {FUNCTION}(text);
EXCEPTION WHEN dependent_objects_still_exist THEN NULL;
END $search$"""


def can(connection: Connection) -> bool:
    """Tell whether this server has what an index needs; all have."""
    return True


def find(connection: Connection, table: str) -> tuple[str, ...]:
    """Return the columns of a table's index, or none if it is not there."""
    noted = connection.exec_driver_sql(
        f"SELECT obj_description(to_regclass({literal(quote(PREFIX + table))}), 'pg_class')"
    ).scalar()
    return read_words(noted)


def uses_pieces(connection: Connection, table: str) -> bool:
    """Tell whether a table's index is of arrays of pieces."""
    made = connection.exec_driver_sql(
        f"SELECT pg_get_indexdef(to_regclass({literal(quote(PREFIX + table))}))"
    ).scalar()
    return FUNCTION in (made or "")


columns = find


def tables(connection: Connection) -> list[str]:
    """Return the tables that have an index."""
    rows = connection.exec_driver_sql(
        "SELECT indexname FROM pg_indexes WHERE schemaname = ANY (current_schemas(false))"
    ).scalars()
    return [name.removeprefix(PREFIX) for name in rows if name.startswith(PREFIX)]


def _escaped(statement: str) -> str:
    """Return a statement as the format of one, in which a percent sign is written twice."""
    marked = statement.replace("%I.gin_trgm_ops", "\0").replace("%", "%%")
    return literal(marked.replace("\0", "%I.gin_trgm_ops"))
