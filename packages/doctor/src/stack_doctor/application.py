"""The application itself: made in a process of its own, with a bound, and asked what it has.

It is the one place where code of the judged environment runs, and only with ``--app``.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .explanation import explain
from .finding import Finding, find
from .inventory import Inventory
from .problem import DoctorError
from .process import EndlessError, run_bounded
from .reading import UnreadableError, read_file
from .row import Row

MOST_BYTES = 5_000_000
#: The most bytes that an application may say meanwhile.
MOST_SAID = 50_000_000
#: The most bytes that are kept of what an application says when it fails.
MOST_TOLD = 20_000
#: The longest that an application may take to be made, in seconds.
PATIENCE = 30

_OWNERS = {
    "app-login-managers": (
        "Two login managers are initialised on this application, by {who}: the last one wins, and"
        " who logs in with the other is a stranger at the next request.",
        "Leave your own LoginManager out, or the extension that brings one.",
    ),
    "app-databases": (
        "Two SQLAlchemy objects are initialised on this application, by {who}.",
        "Hand the first one to whoever makes the second.",
    ),
    "app-csrf-owners": (
        "Two CSRFProtect objects are initialised on this application, by {who}.",
        "Leave one of the two out.",
    ),
}


_TOLD = {"owners", "duplicates", "unprotected", "swallowed", "shadowing"}


def probe(program: str, target: str, folder: str) -> Mapping[str, Any]:
    """Make an application and return what it tells.

    :param program: the interpreter.
    :param target: ``module:app`` or ``module:create_app``.
    :raises OSError: there is no interpreter that can be started.
    :raises EndlessError: it does not come to an end.
    """
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_probe.py")
    with tempfile.TemporaryDirectory(prefix="stack-doctor-") as place:
        answer = os.path.join(place, "answer.json")
        command = [os.path.abspath(program), script, target, answer]
        heard = run_bounded(command, "stderr", PATIENCE, MOST_SAID, folder)
        said = heard[-MOST_TOLD:].decode("utf-8", "replace")
        try:
            told = json.loads(read_file(answer, MOST_BYTES))
        except (FileNotFoundError, UnreadableError, ValueError):
            return {"error": said or "The process ended without a word."}
    # An application can write there too; what it wrote is none of the probe's answers.
    is_answer = isinstance(told, dict) and (told.get("error") or told.keys() >= _TOLD)
    return told if is_answer else {"error": said or "The process ended without a word."}


def judge_application(
    program: str, target: str, folder: str, rows: Iterable[Row], inventory: Inventory
) -> Iterator[Finding]:
    """Yield what is wrong with an application that no version tells."""
    try:
        told = probe(program, target, folder)
    except EndlessError as error:
        yield find(
            "app-endless",
            target,
            f"'{target}' is not made: {error}.",
            "Let it open nothing, wait for nothing and say little when it is imported.",
        )
        return
    except OSError as error:
        yield find(
            "app-import",
            target,
            f"'{target}' cannot be made: the interpreter '{program}' cannot be started"
            f" ({error.strerror}).",
            "Make the environment again, or name another interpreter with --python.",
        )
        return
    if told.get("error"):
        yield _explain(target, str(told["error"]), rows, inventory)
        return
    for check, who in told["owners"].items():
        message, fix = _OWNERS[check]
        yield find(check, target, message.format(who=" and ".join(map(repr, who))), fix)
    yield from _tell_api(target, told)
    for where, method, *endpoints in told["duplicates"][:20]:
        yield find(
            "app-duplicate-rule",
            f"{method} {where}",
            f"{method} {where} is answered by {' and by '.join(map(repr, endpoints))}; the first"
            " that was added has it.",
            "Change the address of one of them.",
        )


def _tell_api(target: str, told: Mapping[str, Any]) -> Iterator[Finding]:
    if told["unprotected"]:
        owners = sorted({owner for owner, _ in told["unprotected"]})
        yield find(
            "app-csrf-api",
            target,
            f"CSRFProtect guards {len(told['unprotected'])} endpoints of {', '.join(owners)}, such"
            f" as '{told['unprotected'][0][1]}': requests without a CSRF token get 400.",
            "Exempt an API that asks for a token in a header: csrf.exempt(blueprint). Give an"
            " admin's forms a token: form_base_class = SecureForm.",
        )
    if told["swallowed"]:
        yield find(
            "app-handlers-swallowed",
            target,
            f"The API of this application answers all errors itself, so that the handlers of"
            f" {', '.join(told['swallowed'])} are never asked: what they answer with 401 is 500.",
            'app.config["PROPAGATE_EXCEPTIONS"] = True',
        )
    if told["shadowing"]:
        apis, *own = told["shadowing"]
        handled = ", ".join(f"{what} in '{who}'" for what, who in own)
        yield find(
            "app-errors-shadowed",
            target,
            f"Handlers of the application answer errors of {', '.join(apis)} too: {handled}.",
            "Answer with JSON where request.path, or what the client accepts, is the API's.",
        )


def _explain(target: str, text: str, rows: Iterable[Row], inventory: Inventory) -> Finding:
    """Return the one finding of an application whose making fails, with what is known of it."""
    lines = (line.strip() for line in reversed(text.splitlines()))
    last = next(filter(None, lines), text)
    found = find(
        "app-import",
        target,
        f"'{target}' cannot be made: {last}",
        "Mend what the error says; flask run fails with it too.",
    )
    try:
        known, *_ = explain(text, rows, inventory)
    except DoctorError:
        return found
    meaning = "" if last.partition(": ")[2] in known.message else known.message
    if known.check != "traceback":
        meaning = f"That is the known conflict {known.id}."
    return replace(
        found,
        message=f"{found.message.rstrip('.')}. {meaning}".rstrip(),
        fix=known.fix,
        distributions=known.distributions,
        symptom=known.symptom,
        source=known.source,
    )
