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
    :param example: an id of such a finding. Those of rows are the rows' own.
    """

    id: str
    severity: Severity
    example: str
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
            "requirement-missing", "error", "requirement-missing:flask/blinker",
            "A distribution needs another that is not installed.",
            "Install what is missing.",
        ),
        Check(
            "requirement-violated", "error", "requirement-violated:stack-db/stack-core",
            "A distribution needs another release of one that is installed.",
            "Install a release in the range.",
        ),
        Check(
            "python-unsupported", "error", "python-unsupported:flask",
            "A distribution is not made for this Python.",
            "Install a release that is, or use another Python.",
        ),
        Check(
            "extra-unknown", "warning", "extra-unknown:stack[auth]",
            "Somebody asks for an extra that the installed release does not have. Installers"
            " only warn of it.",
            "Upgrade the distribution, or correct the name of the extra.",
        ),
        Check(
            "part-missing", "error", "part-missing:auth",
            "The application writes `Stack(\"…\")` with a part that is not installed, or that"
            " the installed `stack` has no extra for.",
            "Install the part.",
        ),
        Check(
            "row-break", "error", "login-url_decode",
            "Two releases that are known to fail together.",
            "Install the release that works.",
        ),
        Check(
            "row-abandoned", "error", "jwt-flask3",
            "A distribution that no release makes work with what is installed.",
            "Move to the successor.",
        ),
        Check(
            "row-conditional", "warning", "session-bytes",
            "Two releases that fail together in a use that is found here.",
            "Install the release that works.",
        ),
        Check(
            "row-behaviour", "warning", "jwtext-subject",
            "Two releases that behave otherwise than the code expects.",
            "Change the call that is named.",
        ),
        Check(
            "row-missing", "error", "authlib-no-requests",
            "A companion is not installed that a use found here needs; nothing declares it.",
            "Install the companion.",
        ),
        Check(
            "row-api-break", "error", "limiter-posarg",
            "The code calls what the installed release no longer has.",
            "Change the call that is named.",
        ),
        Check(
            "row-yanked", "warning", "flask-user-yanked",
            "Every release was withdrawn by its authors.",
            "Move to the successor.",
        ),
        Check(
            "row-file-clash", "error", "files-pyjwt-jwt",
            "Two distributions that are known to overwrite each other's modules.",
            "Uninstall both, then install the one that you want.",
        ),
        Check(
            "files-shared", "warning", "files-shared:acme-signing/itsdangerous",
            "Two distributions own the same module, with different contents: the one installed"
            " last has won.",
            "Uninstall both, then install the one that you want.",
        ),
        Check(
            "files-missing", "error", "files-missing:werkzeug",
            "A distribution is listed as installed, and its module is not there.",
            "Install it again.",
        ),
        Check(
            "metadata-unreadable", "warning", "metadata-unreadable:~lask-3.1.2.dist-info",
            "The metadata of a distribution cannot be read, so that it was not judged.",
            "Remove the folder and install the distribution again.",
        ),
        Check(
            "metadata-twice", "warning", "metadata-twice:flask",
            "A distribution is listed twice in one folder, as after an installation that was"
            " interrupted: tools disagree about its release.",
            "Remove both folders of metadata and install the distribution again.",
        ),
        Check(
            "pkg-resources", "error", "pkg-resources:flask-seeder",
            "A distribution imports `pkg_resources`, which setuptools 82 removed.",
            "Upgrade the distribution, or install an older setuptools.",
        ),
        Check(
            "shadowed", "error", "shadowed:logging",
            "A file of the project has the name of an installed module, and is imported in its"
            " place.",
            "Rename the file.",
        ),
        Check(
            "command-broken", "warning", "command-broken:acme/greet",
            "A subcommand of `stack` cannot be imported.",
            "Install its distribution again, with what it needs.",
        ),
        Check(
            "lock-open", "warning", "lock-open:flask2-url_quote",
            "A file of requirements pins one half of a known break, and leaves the other open to"
            " the release that breaks it.",
            "Pin the other half too, or raise the first.",
        ),
        Check(
            "lock-contradiction", "error", "lock-contradiction:flask",
            "A file of requirements pins a release that another of its lines does not let in, so"
            " that nothing can be installed.",
            "Leave one of the lines out, or make them agree.",
        ),
        Check(
            "lock-unpinned", "info", "lock-unpinned:requirements.txt",
            "Lines of a file of requirements name no exact release, and were not judged.",
            "Judge the environment, or what `pip freeze` prints.",
        ),
        Check(
            "app-import", "error", "app-import:shop:app",
            "The application cannot be made.",
            "See the error.",
        ),
        Check(
            "app-endless", "error", "app-endless:shop:app",
            "The application is not made in the time that it has, or writes without end.",
            "Let it open nothing and wait for nothing when it is imported.",
        ),
        Check(
            "app-login-managers", "error", "app-login-managers:shop:app",
            "Two login managers serve one application: the last one wins, and those who logged in"
            " with the other stay strangers.",
            "Leave one of the two out.",
        ),
        Check(
            "app-databases", "error", "app-databases:shop:app",
            "Two `SQLAlchemy` instances are meant for one application.",
            "Hand the first one to whoever makes the second.",
        ),
        Check(
            "app-csrf-owners", "warning", "app-csrf-owners:shop:app",
            "Two objects protect one application from forged requests.",
            "Leave one of the two out.",
        ),
        Check(
            "app-csrf-api", "warning", "app-csrf-api:shop:app",
            "Requests to an API, or to an admin, are refused for want of a CSRF token.",
            "Exempt what asks for a token of its own in a header.",
        ),
        Check(
            "app-handlers-swallowed", "error", "app-handlers-swallowed:shop:app",
            "An API answers errors itself, so that an extension's own handlers are never asked.",
            "Set PROPAGATE_EXCEPTIONS.",
        ),
        Check(
            "app-errors-shadowed", "warning", "app-errors-shadowed:shop:app",
            "A handler of the application answers for every path, so that an API's JSON errors"
            " become its pages.",
            "Answer by path or by what the client accepts.",
        ),
        Check(
            "app-duplicate-rule", "warning", "app-duplicate-rule:GET /books",
            "Two endpoints answer the same method at the same address: the second is never"
            " reached.",
            "Change the address of one of them.",
        ),
        Check(
            "ignore-unused", "warning", "ignore-unused:login-url_decode",
            "An `--ignore` matches no finding.",
            "Remove it.",
        ),
        Check(
            "traceback", "error", "traceback:no-context",
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
