"""Reading settings from ``app.config``: coercion, bounds, near misses."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Literal, TypeVar

import msgspec

from .annotation import LISTS, describe, parts
from .error import SettingsError
from .masking import mask
from .settings import Option, Settings, options

S = TypeVar("S", bound=Settings)

_BOOLEANS = {
    **dict.fromkeys(("1", "true", "yes", "on", "y", "t"), True),
    **dict.fromkeys(("0", "false", "no", "off", "n", "f", ""), False),
}
_NEAR = 0.68
_MOST_SHOWN = 200


def read_settings(
    config: Mapping[str, Any],
    settings: type[S],
    *,
    owner: str,
    prefix: str,
    owns: Callable[[str], bool] = lambda key: True,
    strict: bool = False,
) -> S:
    """Read and validate the settings of one extension.

    :param config: an application's ``app.config``.
    :param owner: the extension's name, for the errors.
    :param owns: tells whether a key with this prefix is not another extension's.
    :param strict: refuse every unknown key of the prefix, not near misses only.
    :raises SettingsError: names every wrong setting at once.
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
    for key, near in unknown_keys(config, settings, prefix=prefix, owns=owns):
        if near or strict:
            problems.append(_unknown(key, owner, near))
    if problems:
        raise SettingsError(*problems)
    try:
        return settings(**values)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def unknown_keys(
    config: Mapping[str, Any],
    settings: type[Settings],
    *,
    prefix: str,
    owns: Callable[[str], bool] = lambda key: True,
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
            if owns(key):
                yield key, _near(key, keys, prefix)
        elif family := next((f for f in families if key.startswith(f)), None):
            near = _near(key, keys, family)
            if near and config.get(near) is None:
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
    commas between the items of a list, digits for a number. Where text is
    wanted, text is taken as it is.

    :raises ValueError: one sentence that quotes the key and the value.
    """
    kinds = parts(option.type)
    if Any in kinds:
        return value
    given = value
    if type(value) not in kinds and _wants_text(kinds, value):
        given = _own_text(option.key, value)
    if isinstance(given, str) and str not in kinds:
        given = _coerce(given, kinds)
    if isinstance(given, bytes) and bytes in kinds:
        return given
    strict = isinstance(given, str) and str in kinds
    try:
        return msgspec.convert(given, option.decodable, strict=strict, dec_hook=_make)
    except msgspec.ValidationError:
        raise ValueError(_refusal(option, value)) from None


def _make(kind: Any, value: Any) -> Any:
    """Make what msgspec does not know, such as a path, by calling its class with the text."""
    if not (isinstance(value, str) and isinstance(kind, type)) or kind is type:
        return value
    try:
        return kind(value)
    except Exception:
        return value  # is then refused, as it is no instance of the class


def _coerce(text: str, kinds: tuple[Any, ...]) -> Any:
    plain = text.strip()
    if not plain and type(None) in kinds:
        return None
    if bool in kinds and plain.lower() in _BOOLEANS:
        return _BOOLEANS[plain.lower()]
    if any(kind in LISTS for kind in kinds):
        return [part.strip() for part in plain.split(",") if part.strip()]
    return text.encode() if bytes in kinds else plain


def _wants_text(kinds: tuple[Any, ...], value: Any) -> bool:
    """Tell whether a value that is no text may have been one for these kinds."""
    if isinstance(value, (bool, int, float)):
        return any(kind in (str, Literal, *LISTS) for kind in kinds)
    return str in kinds


def _own_text(key: str, value: Any) -> Any:
    """Return the environment's own text of a value that was text before it was parsed.

    Flask's ``from_prefixed_env`` reads what it can as JSON: a secret of digits
    would arrive as an int. Whichever prefix the application loads, the variable
    ends with the key; where several do and differ, none is guessed.
    """
    found = {
        text
        for name, text in os.environ.items()
        if name.endswith(f"_{key}") and _is_json(text, value)
    }
    return found.pop() if len(found) == 1 else value


def _is_json(text: str, value: Any) -> bool:
    try:
        return repr(json.loads(text)) == repr(value)
    except (ValueError, RecursionError):
        return False


def _refusal(option: Option, value: Any) -> str:
    shown = "of the wrong kind" if option.secret else repr(mask(value))
    if len(shown) > _MOST_SHOWN:
        shown = f"{shown[:_MOST_SHOWN]}…"
    return f"{option.key!r} is {shown}. {_wanted(option)}"


def _wanted(option: Option) -> str:
    return f"Set it to {describe(option.type)}: {option.description}"


def write_back(config: MutableMapping[str, Any], values: Settings) -> None:
    """Put the coerced values of upstream keys back, because their libraries read them there."""
    for option in options(type(values)):
        if option.upstream and option.key in config:
            config[option.key] = getattr(values, option.name)
