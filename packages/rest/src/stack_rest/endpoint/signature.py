"""What a function takes, read from its annotations."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from .docstring import find_labels, strip_fields
from .option import Declaration
from .source import Body, Cookie, Form, Header, Query, Source

_SOURCES = (Body, Query, Header, Cookie, Form)


class Argument(msgspec.Struct, frozen=True):
    """One parameter of a function.

    :param annotation: without the source that stood on it.
    :param default: ``UNSET``: there is none.
    """

    name: str
    annotation: Any
    source: Source | None = None
    default: Any = msgspec.UNSET
    label: str = ""

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is msgspec.UNSET


class Signature(msgspec.Struct, frozen=True):
    """What a function takes and returns."""

    arguments: tuple[Argument, ...]
    returns: Any
    summary: str
    description: str


def read_signature(declaration: Declaration) -> Signature:
    """Return what a function takes and returns.

    :raises TypeError: an annotation is missing or cannot be read.
    """
    hints = _read_hints(declaration)
    text = inspect.getdoc(declaration.function) or ""
    if "return" not in hints:
        raise TypeError(
            f"{declaration.title} does not say what it returns. Write a type after '->', or None."
        )
    summary, _, rest = strip_fields(text).partition("\n\n")
    return Signature(
        arguments=tuple(_read_arguments(declaration, hints, text)),
        returns=hints["return"],
        summary=declaration.options.get("summary") or _make_summary(declaration, summary),
        description=rest.strip(),
    )


def _read_hints(declaration: Declaration) -> dict[str, Any]:
    try:
        return get_type_hints(declaration.function, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"{declaration.title} has an annotation with {error.name!r}, which is not known in its"
            " module. Define or import it there, outside of functions and of TYPE_CHECKING."
        ) from error


def _read_arguments(
    declaration: Declaration, hints: dict[str, Any], text: str
) -> Iterator[Argument]:
    labels = find_labels(text)
    for name, parameter in inspect.signature(declaration.function).parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(
                f"{declaration.title} takes '{str(parameter).partition(':')[0]}'. Name each of its"
                " parameters, none of them before a '/'."
            )
        if name not in hints:
            raise TypeError(
                f"{declaration.title} takes {name!r} and does not say its type. Annotate it."
            )
        annotation, source = split_source(declaration, name, hints[name])
        empty = parameter.default is parameter.empty
        default = msgspec.UNSET if empty else parameter.default
        label = labels.get(name, "")
        yield Argument(name, annotation, source, default, label)


def split_source(
    declaration: Declaration, name: str, annotation: Any
) -> tuple[Any, Source | None]:
    """Return an annotation without the source that stands on it, and that source."""
    if get_origin(annotation) is not Annotated:
        return annotation, None
    first, *notes = get_args(annotation)
    found = [note for note in notes if isinstance(note, _SOURCES)]
    if any(note in _SOURCES for note in notes) or len(found) > 1:
        raise TypeError(
            f"{declaration.title} takes {name!r} from several places, or from a class of them."
            " Write one, such as 'Annotated[str, Header()]'."
        )
    kept = [note for note in notes if note not in found]
    plain = Annotated[(first, *kept)] if kept else first
    return plain, found[0] if found else None


def _make_summary(declaration: Declaration, text: str) -> str:
    first = " ".join(text.split()).rstrip(".")
    return first or declaration.function.__name__.replace("_", " ").capitalize()
