"""Reading settings from ``app.config``: coercion, bounds, near misses."""

from __future__ import annotations

import json
import os
import types
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from .error import ConfigError
from .settings import Option, Settings, mask, options

S = TypeVar("S", bound=Settings)

_BOOLEANS = {
    **dict.fromkeys(("1", "true", "yes", "on", "y", "t"), True),
    **dict.fromkeys(("0", "false", "no", "off", "n", "f", ""), False),
}
_WORDS = {
    bool: "yes or no",
    int: "a whole number",
    float: "a number",
    str: "text",
    bytes: "bytes",
    type(None): "nothing",
    Any: "a value",
}
_AS_IS = {str, bytes, bool, type(None)}
_NEAR = 0.68


def read_settings(
    config: Mapping[str, Any],
    settings: type[S],
    *,
    owner: str,
    prefix: str,
    foreign: Callable[[str], bool] = lambda key: False,
    strict: bool = False,
) -> S:
    """Read and validate the settings of one extension.

    :param config: an application's ``app.config``.
    :param owner: the extension's name, for the errors.
    :param foreign: tells whether a key with this prefix is another extension's.
    :param strict: refuse every unknown key of the prefix, not near misses only.
    :raises ConfigError: names every wrong setting at once.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    known = options(settings, prefix)
    for option in known:
        if option.key in config:
            try:
                values[option.name] = convert(option, config[option.key])
            except ValueError as error:
                problems.append(str(error))
        elif option.required:
            problems.append(f"{option.key!r} is not set. {_wanted(option)}")
    for key, near in unknown_keys(config, settings, prefix=prefix, foreign=foreign):
        if near or strict:
            problems.append(_unknown(key, owner, near))
    if problems:
        raise ConfigError(*problems)
    try:
        return settings(**values)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def unknown_keys(
    config: Mapping[str, Any],
    settings: type[Settings],
    *,
    prefix: str,
    foreign: Callable[[str], bool] = lambda key: False,
) -> Iterator[tuple[str, str | None]]:
    """Yield each key of the prefix that is no setting, with the key that it is near to or was."""
    known = options(settings, prefix)
    keys = [option.key for option in known]
    renamed = {old: option.key for option in known for old in option.was}
    families = {key.split("_")[0] + "_" for key in keys if not key.startswith(prefix)}
    for key in config:
        if key in renamed:
            yield key, renamed[key]
        elif key in keys or not isinstance(key, str):
            continue
        elif key.startswith(prefix):
            if not foreign(key):
                yield key, _near(key, keys, prefix)
        elif family := next((f for f in families if key.startswith(f)), None):
            near = _near(key, keys, family)
            if near and near not in config:
                yield key, near


def _near(key: str, keys: list[str], prefix: str) -> str | None:
    from difflib import get_close_matches

    rests = {k.removeprefix(prefix): k for k in keys if k.startswith(prefix)}
    found = get_close_matches(key.removeprefix(prefix), rests, n=1, cutoff=_NEAR)
    return rests[found[0]] if found else None


def _unknown(key: str, owner: str, near: str | None) -> str:
    sentence = f"{key!r} is not a setting of {owner!r}."
    if near:
        return f"{sentence} Did you mean {near!r}?"
    return f"{sentence} Remove it, or see 'flask stack settings' for those that are."


def convert(option: Option, value: Any) -> Any:
    """Convert one value to the type of its setting.

    Text, as it comes from the environment, is coerced: words for yes and no,
    commas between the items of a list, digits for a number.

    :raises ValueError: one sentence that quotes the key and the value.
    """
    kinds = _kinds(option.type)
    if isinstance(value, str) and str not in kinds:
        value = _coerce(value, kinds)
    elif str in kinds and isinstance(value, (int, float)) and type(value) not in kinds:
        value = _own_text(option.key, value)
    if isinstance(value, bool) and bool not in kinds and object not in kinds:
        raise ValueError(_refusal(option, value))
    if type(value) in kinds and type(value) in _AS_IS:
        return value
    try:
        return msgspec.convert(value, option.type, strict=False)
    except (msgspec.ValidationError, TypeError):
        # TypeError: msgspec cannot tell some types apart, such as text and bytes.
        raise ValueError(_refusal(option, value)) from None


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """Return the plain types that an annotation allows, without their notes."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return tuple(kind for part in get_args(annotation) for kind in _kinds(part))
    if origin is Literal:
        return (Literal,)
    if annotation is Any:
        return (object, str, bool)
    return (origin or annotation,)


def _coerce(text: str, kinds: tuple[Any, ...]) -> Any:
    if bool in kinds and text.strip().lower() in _BOOLEANS:
        return _BOOLEANS[text.strip().lower()]
    if any(kind in (list, tuple, set, frozenset) for kind in kinds):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text.strip()


def _own_text(key: str, value: Any) -> Any:
    """Return the environment's own text of a value that was text before it was parsed.

    Flask's ``from_prefixed_env`` reads digits as a number: a numeric secret
    would arrive as an int.
    """
    texts = (text for name, text in sorted(os.environ.items()) if name.endswith("_" + key))
    for text in texts:
        try:
            if json.loads(text) == value:
                return text
        except ValueError:
            continue
    return value


def _refusal(option: Option, value: Any) -> str:
    shown = "of the wrong kind" if option.secret else repr(mask(value))
    return f"{option.key!r} is {shown}. {_wanted(option)}"


def _wanted(option: Option) -> str:
    words = " or ".join(_words(option.type))
    return f"Set it to {words}{_bounds(option.type)}: {option.description}"


def _words(annotation: Any) -> Iterator[str]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _words(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _words(part)
    elif origin is Literal:
        yield "one of " + ", ".join(repr(value) for value in get_args(annotation))
    elif (origin or annotation) in (list, tuple, set, frozenset):
        yield "a list"
    elif (origin or annotation) is dict:
        yield "a mapping"
    else:
        yield _WORDS.get(annotation) or str(getattr(annotation, "__name__", "a value"))


def _bounds(annotation: Any) -> str:
    for note in get_args(annotation)[1:] if get_origin(annotation) is Annotated else ():
        if isinstance(note, msgspec.Meta):
            least = "" if note.ge is None else f" of at least {note.ge:g}"
            most = "" if note.le is None else f" of at most {note.le:g}"
            return " and".join(part for part in (least, most) if part)
    return ""


def write_back(config: MutableMapping[str, Any], values: Settings) -> None:
    """Put the coerced values of upstream keys back, because their libraries read them there."""
    for option in options(type(values)):
        if option.upstream and option.key in config:
            config[option.key] = getattr(values, option.name)
