"""Where a parameter of a function comes from, where its type alone does not say."""

from __future__ import annotations

import msgspec


class Body(msgspec.Struct, frozen=True):
    """The JSON that was sent: ``Annotated[list[int], Body()]``.

    :param label: one sentence for the reader of the document.
    """

    label: str = ""


class Query(msgspec.Struct, frozen=True):
    """The query of the address; of a type with fields, one parameter for each of them.

    :param name: in the address, where it is not the function's own.
    """

    name: str = ""


class Header(msgspec.Struct, frozen=True):
    """A header: ``Annotated[str, Header("X-Trace")]``.

    :param name: of the header; if empty, the function's own with hyphens.
    """

    name: str = ""


class Cookie(msgspec.Struct, frozen=True):
    """A cookie: ``Annotated[str, Cookie("theme")]``.

    :param name: of the cookie, where it is not the function's own.
    """

    name: str = ""


class Form(msgspec.Struct, frozen=True):
    """The fields of a form; of a type with fields, one for each of them.

    :param name: in the form, where it is not the function's own.
    """

    name: str = ""


Source = Body | Query | Header | Cookie | Form
