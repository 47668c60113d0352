"""The little language of the scaffold's files.

``@{word}`` is replaced by a value. A line that is ``@{if word}``, ``@{else}`` or ``@{end}`` is
left out, and decides about the lines between. No other sign is special, so that Python, Jinja,
CSS and shell stand in the files as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_VALUE = re.compile(r"@\{(\w+)\}")
_IF = re.compile(r"@\{if (\w+)\}")


def render(text: str, values: Mapping[str, str], switches: Collection[str]) -> str:
    """Return the text of a file.

    :param switches: the words whose lines stay.
    :raises KeyError: a value is unknown.
    :raises ValueError: an ``if`` is not ended, or the reverse.
    """
    lines: list[str] = []
    conditions: list[bool] = []
    for line in text.splitlines(keepends=True):
        sign = line.strip()
        if found := _IF.fullmatch(sign):
            conditions.append(found[1] in switches)
        elif sign == "@{else}":
            conditions.append(not conditions.pop())
        elif sign == "@{end}":
            conditions.pop()
        elif all(conditions):
            lines.append(_VALUE.sub(lambda match: values[match[1]], line))
    if conditions:
        raise ValueError("An @{if …} is not ended.")
    return "".join(lines)
