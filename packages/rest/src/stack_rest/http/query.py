"""The query of the address."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import MultiDict

from stack_core.problem import BadQuery


def read_query() -> MultiDict[str, str]:
    """Return the parameters of the current request.

    :raises BadQuery: they have bytes that stand for no character, over which werkzeug fails.
    """
    try:
        return request.args
    except UnicodeDecodeError:
        raise BadQuery(
            "The query has bytes that are no UTF-8. Write them as '%' and two digits."
        ) from None
