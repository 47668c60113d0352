"""The keep in Redis. It is imported where a setting names one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .error import SettingsError
from .kept import (
    Count,
    KeepUnavailable,
    check_number,
    check_ttl,
    check_value,
    hash_key,
    refuse_overflow,
    refuse_text,
)
from .masking import describe_error, mask

__all__ = ["RedisKeep"]

TIMEOUT = 2.0
"""Seconds to wait for a connection, and for an answer, unless the address says otherwise."""
PREFIX = "stack"
# Lua's numbers have 53 bits, so the counter is read again, as text.
_INCREMENT = """
local done = redis.pcall('INCRBY', KEYS[1], ARGV[1])
if type(done) == 'table' and done.err then return redis.error_reply(done.err) end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    left = tonumber(ARGV[2])
end
return {redis.call('GET', KEYS[1]), left}
"""


class RedisKeep:
    """A :class:`~stack_core.keep.Keep` in Redis: shared by all who have its address.

    Threads and forked processes may use it. A call is one command or one
    script, and is never sent twice. When Redis is back after it was away, so
    is the keep.

    :param address: ``redis://``, ``rediss://`` or ``unix://``, as redis-py reads it; and
        ``prefix``, for several applications in one database of Redis.
    :raises SettingsError: the address has what redis-py has no use for.
    :raises ImportError: the package ``redis`` is not installed.
    """

    def __init__(self, address: str) -> None:
        from redis import Redis, exceptions
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._address = mask(address)
        plain, self._prefix = _split_prefix(address)
        self._errors = exceptions
        try:
            # With protocol 3 a connection that the server has closed would go unnoticed.
            self._client: Any = Redis.from_url(
                plain,
                protocol=2,
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
                retry=Retry(NoBackoff(), 0),
            )
            pool = self._client.connection_pool
            pool.connection_class(**pool.connection_kwargs)
        except (TypeError, ValueError) as error:
            raise SettingsError(
                f"'STACK_KEEP' is {self._address!r}, which redis-py cannot use"
                f" ({describe_error(error)}). Correct the address."
            ) from None
        self._increment = self._client.register_script(_INCREMENT)

    def get(self, key: str) -> bytes | None:
        """Return a value, or None."""
        with self._explained():
            value: bytes | None = self._client.get(self._name(key))
        return value

    def put(self, key: str, value: bytes, *, ttl: float) -> None:
        """Put a value, whatever was there."""
        check_value(value)
        with self._explained():
            self._client.set(self._name(key), value, px=_milliseconds(ttl))

    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Put a value where there is none, and tell whether that was so."""
        check_value(value)
        with self._explained():
            return bool(self._client.set(self._name(key), value, px=_milliseconds(ttl), nx=True))

    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        """Count; the first increment sets the end, later ones leave it."""
        check_number(by)
        with self._explained():
            try:
                number, left = self._increment(
                    keys=[self._name(key)], args=[by, _milliseconds(ttl)]
                )
            except self._errors.ResponseError as error:
                if "overflow" in str(error):
                    raise refuse_overflow(by) from None
                if "not an integer" in str(error) or "WRONGTYPE" in str(error):
                    raise refuse_text() from None
                raise
        return Count(int(number), left / 1000)

    def delete(self, key: str) -> bool:
        """Remove a value, and tell whether it was there."""
        with self._explained():
            return bool(self._client.delete(self._name(key)))

    def purge(self, limit: int) -> int:
        """Remove nothing: Redis does that by itself."""
        return 0

    def close(self) -> None:
        """Close the connections; the next call opens them anew."""
        self._client.close()

    def _name(self, key: str) -> str:
        return f"{self._prefix}:{hash_key(key)}"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        errors = self._errors
        try:
            yield
        except (
            errors.ConnectionError,
            errors.TimeoutError,
            errors.ResponseError,  # it is full, read-only, loading, or refuses the user
        ) as error:
            raise KeepUnavailable(
                f"The keep at {self._address!r} cannot be used ({describe_error(error)})."
                " Start or mend that Redis, or correct 'STACK_KEEP'."
            ) from error


def _split_prefix(address: str) -> tuple[str, str]:
    """Return an address without the prefix for keys, which is ours and not redis-py's."""
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    rest = urlencode([pair for pair in pairs if pair[0] != "prefix"])
    return urlunsplit(parts._replace(query=rest)), dict(pairs).get("prefix") or PREFIX


def _milliseconds(ttl: float) -> int:
    return ceil(check_ttl(ttl) * 1000)
