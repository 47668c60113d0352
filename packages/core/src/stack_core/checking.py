"""Asking every extension on an application what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from flask import Flask

from .finding import Finding
from .masking import describe_error
from .reading import unknown_keys
from .registry import Registry

_ORDER = {"error": 0, "warning": 1, "info": 2}


class Report(NamedTuple):
    """What the checks of one application said, worst first."""

    findings: tuple[Finding, ...]
    deploy: bool

    @property
    def failed(self) -> bool:
        """True with an error; with ``--deploy`` with a warning too."""
        fatal = {"error", "warning"} if self.deploy else {"error"}
        return any(finding.severity in fatal for finding in self.findings)

    def count(self, severity: str) -> int:
        """Return how many findings have this severity."""
        return sum(finding.severity == severity for finding in self.findings)


def check_app(app: Flask, *, deploy: bool = False, extra: Sequence[Finding] = ()) -> Report:
    """Run the checks of everything on an application.

    :param deploy: also what matters only in production.
    :param extra: findings from elsewhere.
    """
    registry = Registry.of(app)
    found = list(extra)
    if registry.broken is not None:
        found.append(
            Finding("stack.broken", "error", registry.broken, "Mend the introduction, start anew.")
        )
    for name in registry:
        found += _ask(app, name)
    found += _unknown(app, registry)
    shown = (finding for finding in found if deploy or not finding.deploy)
    return Report(tuple(sorted(shown, key=lambda f: (_ORDER[f.severity], f.id))), deploy)


def _ask(app: Flask, name: str) -> Iterator[Finding]:
    """Yield what one extension finds, and if its checks fail, that they do."""
    try:
        yield from Registry.of(app)[name].extension.checks(app)
    except Exception as error:
        message = f"The checks of {name!r} failed ({describe_error(error)})."
        yield Finding(f"{name}.checks-failed", "error", message, "Mend that, and check again.")


def _unknown(app: Flask, registry: Registry) -> Iterator[Finding]:
    for name, each in registry.items():
        prefix = each.extension.prefix
        for key, near in unknown_keys(
            app.config,
            type(each.settings),
            prefix=prefix,
            owns=partial(registry.owns, prefix),
        ):
            fix = f"Did you mean {near!r}?" if near else "Remove it, unless it is your own."
            yield Finding(
                "stack.unknown-setting", "info", f"{key!r} is not a setting of {name!r}.", fix
            )
