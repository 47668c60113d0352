"""Typed settings over ``app.config``: what they are and how they are declared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import fields

from .annotation import decodable, find_note
from .masking import mask_fields


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one extension on one application.

    Each field is a key of ``app.config``: the extension's prefix and the
    field's name in capitals, or the key that :func:`setting` names. A rule
    over a value or over several goes into ``__post_init__``, which raises
    :class:`ValueError` with a sentence that names the key. The text form masks
    what is secret.
    """

    def __repr__(self) -> str:
        values = (f"{name}={value!r}" for name, value in mask_fields(self).items())
        return f"{type(self).__name__}({', '.join(values)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return list(mask_fields(self).items())


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
    decodable: Any
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
    :raises TypeError: an annotation is none that a setting can have.
    """
    try:
        return tuple(_options(settings, prefix))
    except NameError as error:
        raise TypeError(
            f"The annotations of {settings.__qualname__} cannot be read ({error})."
            " Import what they name at the top of the module."
        ) from None


def _options(settings: type[Settings], prefix: str) -> Iterator[Option]:
    for field in fields(settings):
        meta = find_note(field.type)
        extra = (meta.extra if meta else None) or {}
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        yield Option(
            name=field.name,
            key=extra.get("key") or prefix + field.name.upper(),
            type=field.type,
            decodable=_decodable(settings, field.name, field.type),
            description=(meta.description if meta else None) or "",
            secret=bool(extra.get("secret")),
            was=tuple(extra.get("was", ())),
            default=None if default is msgspec.NODEFAULT else default,
            required=default is msgspec.NODEFAULT,
            upstream=bool(extra.get("key")),
        )


def _decodable(settings: type[Settings], name: str, annotation: Any) -> Any:
    """Return the annotation as msgspec takes it; that it does is found out here, at the start."""
    wanted = decodable(annotation)
    try:
        with suppress(msgspec.ValidationError):
            msgspec.convert(None, wanted)
    except TypeError as error:
        raise TypeError(
            f"'{settings.__qualname__}.{name}' cannot be a setting: {error}."
            " Use one simple type, a list or a mapping."
        ) from None
    return wanted
