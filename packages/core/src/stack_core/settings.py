"""Typed settings over ``app.config``: what they are and how they are declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec
from msgspec.structs import fields

MASK = "********"
_CREDENTIALS = re.compile(r"(?<=://)([^/@:\s]*):([^/\s]*)@")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one extension on one application.

    Each field is a key of ``app.config``: the extension's prefix and the
    field's name in capitals, or the key that :func:`setting` names. A rule
    over a value or over several goes into ``__post_init__``, which raises
    :class:`ValueError` with a sentence that names the key. The text form masks
    what is secret.
    """

    def __repr__(self) -> str:
        values = ((o.name, mask(getattr(self, o.name), o.secret)) for o in options(type(self)))
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in values)})"


class NoSettings(Settings, frozen=True, kw_only=True):
    """For an extension that has nothing to set."""


def setting(
    description: str,
    *,
    key: str | None = None,
    secret: bool = False,
    was: tuple[str, ...] = (),
    ge: float | None = None,
    le: float | None = None,
) -> msgspec.Meta:
    """Describe one field of a :class:`Settings` class, inside ``Annotated``.

    :param description: one sentence for the settings reference, with the unit.
    :param key: the key of ``app.config`` where it is not prefix and name; used
        for the keys of upstream libraries, which keep their names.
    :param secret: never shown, not in errors either.
    :param was: former keys; using one is an error that names the new key.
    :param ge: the least number allowed.
    :param le: the greatest number allowed.
    """
    extra = {"key": key, "secret": secret, "was": was}
    return msgspec.Meta(description=description, ge=ge, le=le, extra=extra)


class Option(NamedTuple):
    """One declared setting, as the reader, the masks and the references see it."""

    name: str
    key: str
    type: Any
    description: str
    secret: bool
    was: tuple[str, ...]
    default: Any
    required: bool
    upstream: bool


@cache
def options(settings: type[Settings], prefix: str = "") -> tuple[Option, ...]:
    """Return what a settings class declares, in order.

    :param prefix: of the keys, with its underscore.
    """
    return tuple(_options(settings, prefix))


def _options(settings: type[Settings], prefix: str) -> Iterator[Option]:
    for field in fields(settings):
        meta = _meta(field.type)
        extra = (meta.extra if meta else None) or {}
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        yield Option(
            name=field.name,
            key=extra.get("key") or prefix + field.name.upper(),
            type=field.type,
            description=(meta.description if meta else None) or "",
            secret=bool(extra.get("secret")),
            was=tuple(extra.get("was", ())),
            default=None if default is msgspec.NODEFAULT else default,
            required=default is msgspec.NODEFAULT,
            upstream=bool(extra.get("key")),
        )


def _meta(annotation: Any) -> msgspec.Meta | None:
    if get_origin(annotation) is Annotated:
        for note in get_args(annotation)[1:]:
            if isinstance(note, msgspec.Meta):
                return note
    return None


def mask(value: object, secret: bool = False) -> object:
    """Return a value that may be shown: secrets replaced, credentials in addresses too."""
    if secret:
        return MASK if value else value
    if isinstance(value, str):
        return _CREDENTIALS.sub(rf"\1:{MASK}@", value)
    if isinstance(value, dict):
        return {k: mask(v, _names_secret(k)) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(mask(item) for item in value)
    if isinstance(value, (bool, int, float, type(None), msgspec.Struct)):
        return value
    return mask(str(value))


def _names_secret(key: object) -> bool:
    return bool(re.search(r"pass|secret|token|key", str(key), re.IGNORECASE))
