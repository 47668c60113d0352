"""What the doctor says, and the table of everything that it can say.

The ids are stable for ever: an id is its check's, a colon and whom it is about; that of a row is
the row's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Check:
    """One kind of thing that the doctor looks for.

    :param severity: what an error is, must be mended; a warning counts with ``--strict``; an
        info counts never.
    :param about: whom the second half of the id names; empty: the id is a row's.
    """

    id: str
    severity: Severity
    about: str
    title: str
    advice: str


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, for a person and for a machine.

    :param check: the id of the check that found it.
    :param message: what is wrong.
    :param fix: what to do.
    :param distributions: those that it is about, by their normalised names.
    :param symptom: the error that it ends in, as a traceback shows it.
    :param source: where it is told of.
    :param file: the file that it stands in, with ``line`` from 1 on.
    :param ignored: why it is ignored; empty: it is not.
    """

    id: str
    check: str
    severity: Severity
    message: str
    fix: str
    distributions: tuple[str, ...] = ()
    symptom: str = ""
    source: str = ""
    file: str = ""
    line: int = 0
    ignored: str = ""

    def ignore(self, reason: str) -> Finding:
        """Return the same finding as one that is ignored."""
        return replace(self, ignored=reason)

    def at(self, file: str, line: int) -> Finding:
        """Return the same finding with the place that it stands in."""
        return replace(self, file=file, line=line)


CHECKS = {
    check.id: check
    for check in (
        Check(
            "requirement-missing", "error", "needer/needed",
            "A distribution needs another that is not installed.",
            "Install what is missing.",
        ),
        Check(
            "requirement-violated", "error", "needer/needed",
            "A distribution needs another release of one that is installed.",
            "Install a release in the range.",
        ),
        Check(
            "python-unsupported", "error", "distribution",
            "A distribution is not made for this Python.",
            "Install a release that is, or use another Python.",
        ),
        Check(
            "extra-unknown", "warning", "distribution[extra]",
            "Somebody asks for an extra that the installed release does not have. Installers"
            " only warn of it.",
            "Upgrade the distribution, or correct the name of the extra.",
        ),
        Check(
            "part-missing", "error", "part",
            "The application writes `Stack(\"…\")` with a part that is not installed, or that"
            " the installed `stack` has no extra for.",
            "Install the part.",
        ),
        Check(
            "row-break", "error", "",
            "Two releases that are known to fail together.",
            "Install the release that works.",
        ),
        Check(
            "row-abandoned", "error", "",
            "A distribution that no release makes work with what is installed.",
            "Move to the successor.",
        ),
        Check(
            "row-conditional", "warning", "",
            "Two releases that fail together in a use that is found here.",
            "Install the release that works.",
        ),
        Check(
            "row-behaviour", "warning", "",
            "Two releases that behave otherwise than the code expects.",
            "Change the call that is named.",
        ),
        Check(
            "row-missing", "error", "",
            "A companion is not installed that a use found here needs; nothing declares it.",
            "Install the companion.",
        ),
        Check(
            "row-api-break", "error", "",
            "The code calls what the installed release no longer has.",
            "Change the call that is named.",
        ),
        Check(
            "row-yanked", "warning", "",
            "Every release was withdrawn by its authors.",
            "Move to the successor.",
        ),
        Check(
            "row-file-clash", "error", "",
            "Two distributions that are known to overwrite each other's modules.",
            "Uninstall both, then install the one that you want.",
        ),
        Check(
            "files-shared", "warning", "one/other",
            "Two distributions own the same module, with different contents: the one installed"
            " last has won.",
            "Uninstall both, then install the one that you want.",
        ),
        Check(
            "files-missing", "error", "distribution",
            "A distribution is listed as installed, and its module is not there.",
            "Install it again.",
        ),
        Check(
            "metadata-unreadable", "warning", "folder",
            "The metadata of a distribution cannot be read, so that it was not judged.",
            "Remove the folder and install the distribution again.",
        ),
        Check(
            "pkg-resources", "error", "distribution",
            "A distribution imports `pkg_resources`, which setuptools 82 removed.",
            "Upgrade the distribution, or install an older setuptools.",
        ),
        Check(
            "shadowed", "error", "module",
            "A file of the project has the name of an installed module, and is imported in its"
            " place.",
            "Rename the file.",
        ),
        Check(
            "command-broken", "warning", "distribution/command",
            "A subcommand of `stack` cannot be imported.",
            "Install its distribution again, with what it needs.",
        ),
        Check(
            "lock-open", "warning", "",
            "A file of requirements pins one half of a known break, and leaves the other open to"
            " the release that breaks it.",
            "Pin the other half too, or raise the first.",
        ),
        Check(
            "lock-unpinned", "info", "file",
            "Lines of a file of requirements name no exact release, and were not judged.",
            "Judge the environment, or what `pip freeze` prints.",
        ),
        Check(
            "app-import", "error", "module:app",
            "The application cannot be made.",
            "See the error.",
        ),
        Check(
            "app-login-managers", "error", "module:app",
            "Two login managers serve one application: the last one wins, and those who logged in"
            " with the other stay strangers.",
            "Leave one of the two out.",
        ),
        Check(
            "app-databases", "error", "module:app",
            "Two `SQLAlchemy` instances are meant for one application.",
            "Hand the first one to whoever makes the second.",
        ),
        Check(
            "app-csrf-owners", "warning", "module:app",
            "Two objects protect one application from forged requests.",
            "Leave one of the two out.",
        ),
        Check(
            "app-csrf-api", "warning", "module:app",
            "Requests to an API, or to an admin, are refused for want of a CSRF token.",
            "Exempt what asks for a token of its own in a header.",
        ),
        Check(
            "app-handlers-swallowed", "error", "module:app",
            "An API answers errors itself, so that an extension's own handlers are never asked.",
            "Set PROPAGATE_EXCEPTIONS.",
        ),
        Check(
            "app-errors-shadowed", "warning", "module:app",
            "A handler of the application answers for every path, so that an API's JSON errors"
            " become its pages.",
            "Answer by path or by what the client accepts.",
        ),
        Check(
            "app-duplicate-rule", "warning", "module:app",
            "Two endpoints answer the same method at the same address: the second is never"
            " reached.",
            "Change the address of one of them.",
        ),
        Check(
            "ignore-unused", "warning", "id",
            "An `--ignore` matches no finding.",
            "Remove it.",
        ),
        Check(
            "traceback", "error", "",
            "An error that was pasted, explained.",
            "See the explanation.",
        ),
    )
}  # fmt: skip


def find(
    check: str,
    about: str,
    message: str,
    fix: str,
    distributions: Iterable[str] = (),
    severity: Severity | None = None,
) -> Finding:
    """Return a finding of a check of the table.

    :param about: the second half of the id.
    :param severity: another than the check's own.
    """
    return Finding(
        f"{check}:{about}",
        check,
        severity or CHECKS[check].severity,
        message,
        fix,
        tuple(distributions),
    )
