"""What a pasted error means: rows by their symptom, and the errors of Flask's world by their text.

The text is only compared. Nothing of it is run, and nothing that it names is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from .finding import Finding, find
from .inventory import Inventory
from .matching import applies, tell_row
from .problem import DoctorError
from .row import Row
from .source import Hit

MOST_CHARACTERS = 1_000_000
#: The most rows that one error is explained with where nothing tells them apart.
MOST_ROWS = 5
#: The most characters that stand where a symptom leaves something out.
WIDEST = 500
#: The shortest text of a symptom that is looked for without the class of the error.
SHORTEST = 12


@dataclass(frozen=True)
class Known:
    """An error that no version is to blame for.

    :param pattern: what the text has; its groups are named in ``message`` and ``fix``.
    """

    id: str
    pattern: str
    message: str
    fix: str


_OURS = r"(?<![\w.])stack_\w+(?:\.\w+)*\.{name}: (?P<said>[^\n]+)"

KNOWN = (
    Known(
        "missing-extension", _OURS.format(name="MissingExtension"),
        "An extension is needed that is not on the application: {said}",
        "Do what the sentence says; the extension has to be initialised before the one that"
        " needs it.",
    ),
    Known(
        "slot-taken", _OURS.format(name="SlotTaken"),
        "Two extensions want to be the only one for something: {said}",
        "Leave one of the two out.",
    ),
    Known(
        "bad-secret-key", _OURS.format(name="BadSecretKey"),
        "The application has no secret key that is safe: {said}",
        "Do what the sentence says. In debug mode a key is made by itself.",
    ),
    Known(
        "wrong-setting", _OURS.format(name="(?:Settings|Config)Error"),
        "A setting is wrong: {said}", "Correct it in the configuration or in the environment.",
    ),
    Known(
        "set-up", _OURS.format(name="SetupError"),
        "The application could not be set up: {said}", "Do what the sentence says.",
    ),
    Known(
        "two-databases", r"A 'SQLAlchemy' instance has already been registered",
        "Two SQLAlchemy objects are initialised on one application, such as your own and that of"
        " an extension.",
        "Make one of them, and hand it to the extension.",
    ),
    Known(
        "blueprint-name", r"The name '(?P<name>[^'\n]+)' is already registered for",
        "Two blueprints are called '{name}', such as your own and that of an extension.",
        "Give yours another name: Blueprint(\"my_{name}\", …), or pass name= when registering.",
    ),
    Known(
        "endpoint-name",
        r"View function mapping is overwriting an existing endpoint function: (?P<name>\S+)",
        "Two views have the endpoint '{name}'; a decorator without functools.wraps does that too.",
        "Give one of them another endpoint=, or wrap the decorator's function.",
    ),
    Known(
        "csrf-token", r"(?:The CSRF (?:session )?token is missing|CSRFError)",
        "CSRFProtect guards every view, and this request has no token; an API or an admin that"
        " does not know of it is refused.",
        "Exempt what asks for a token in a header: csrf.exempt(blueprint). Or send the token.",
    ),
    Known(
        "set-up-late", r"setup method '(?P<name>\w+)' can no longer be called",
        "'{name}' was called after the first request, so that an extension is initialised late.",
        "Initialise it where the application is made.",
    ),
    Known(
        "no-context", r"Working outside of (?P<kind>application|request) context",
        "Something asks for the current {kind} where there is none.",
        "Run it in a view, or inside 'with app.app_context():'.",
    ),
    Known(
        "no-module", r"ModuleNotFoundError: No module named '(?P<name>[\w.]+)'",
        "The module '{name}' is not installed, or a file of the project hides its package.",
        "Install the distribution that has it, or go to the folder that it is in. Where another"
        " distribution requires it, stack doctor in the same environment tells which.",
    ),
)  # fmt: skip


def read_error(file: IO[str]) -> str:
    """Return a pasted text; what is beyond a million characters is left out.

    :raises DoctorError: there is none.
    """
    text = file.read(MOST_CHARACTERS)
    if not text.strip():
        raise DoctorError("There is no error to explain. Paste one, or name a file that has it.")
    return text


def explain(text: str, rows: Iterable[Row], inventory: Inventory) -> list[Finding]:
    """Return what an error can mean, the likeliest first.

    :param inventory: a row that bites there is likelier than one that does not.
    :raises DoctorError: nothing is known about it.
    """
    found = [*_match_rows(text, rows, inventory), *_match_known(text)]
    if not found:
        raise DoctorError(
            "No row knows this error. Run stack doctor in the environment that it comes from."
        )
    return found


def symptom_pattern(row: Row) -> re.Pattern[str]:
    """Return the pattern of a row's symptom; its class is only needed where the rest is short."""
    words = re.sub(r"^[\w.]*(?:Error|Exception): ", "", row.symptom)
    told = words if len(words) >= SHORTEST else row.symptom
    first, *others = map(re.escape, told.split("…"))
    # The first place of each piece counts, so that the time does not multiply with them.
    pieces = "".join(f"(?>.{{0,{WIDEST}}}?{each})" for each in others)
    return re.compile(rf"(?<!\w){first}{pieces}(?!\w|\.\w)")


def _match_rows(text: str, rows: Iterable[Row], inventory: Inventory) -> Iterator[Finding]:
    matched = [row for row in rows if symptom_pattern(row).search(text)]
    scored = sorted(((_score(row, text, inventory), row) for row in matched), key=_best_first)
    best = scored[0][0] if scored else 0
    likely = [row for score, row in scored if score == best][:MOST_ROWS]
    for row in likely:
        installed = inventory.get(row.dist)
        bites = installed is not None and applies(row, installed, inventory)
        other = f" with {row.with_}{row.with_range}" if row.with_ else ""
        yield tell_row(
            row,
            f"{row.dist}{row.range}{other}"
            + (", which is what is installed here," if bites else ""),
            Hit("", 0, ""),
        )


def _best_first(scored: tuple[int, Row]) -> tuple[int, str]:
    return -scored[0], scored[1].id


def _score(row: Row, text: str, inventory: Inventory) -> int:
    """Return how likely a row is: two for a module that the text names, one for biting here."""
    module = re.escape(row.dist.replace("-", "_"))
    named = re.search(rf"[/\\]{module}[/\\.]|\b(?:import|from) {module}\b", text)
    installed = inventory.get(row.dist)
    bites = installed is not None and applies(row, installed, inventory)
    return 2 * bool(named) + bites


def _match_known(text: str) -> Iterator[Finding]:
    for known in KNOWN:
        # The error that ended it all is the last one.
        matches = list(re.finditer(known.pattern, text))
        if matches:
            words = matches[-1].groupdict()
            message = known.message.format(**words)
            fix = known.fix.format(**words)
            yield find("traceback", known.id, message, fix)
            return
