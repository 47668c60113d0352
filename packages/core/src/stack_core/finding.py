"""What a check says."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Severity = Literal["error", "warning", "info"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that a check found, for a person and for a machine.

    :param id: stable for ever, ``<extension>.<words-with-hyphens>``.
    :param severity: ``error`` fails every check, ``warning`` fails
        ``flask stack check --deploy``, ``info`` fails nothing.
    :param message: what is wrong, quoting the key as the person typed it.
    :param fix: what to do.
    :param deploy: true when it matters only in production; such a finding is
        shown by ``--deploy`` alone.
    """

    id: str
    severity: Severity
    message: str
    fix: str
    deploy: bool = False

    def __post_init__(self) -> None:
        if self.severity not in get_args(Severity):
            raise ValueError(
                f"{self.severity!r} is no severity of {self.id!r}."
                f" Use one of {', '.join(map(repr, get_args(Severity)))}."
            )
