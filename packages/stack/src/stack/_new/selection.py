"""Which parts and withs a new application has."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from ..extras import EXTRAS, Extra, find_extra
from .refusal import RefusalError

NONE = "none"
DEFAULT = ("db",)


@dataclass(frozen=True)
class Selection:
    """Parts and withs, in the order of the table of extras."""

    extras: tuple[Extra, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(extra.name for extra in self.extras)

    @property
    def brackets(self) -> str:
        """How a requirement on ``stack`` says it."""
        return f"[{','.join(self.names)}]" if self.names else ""

    @property
    def switches(self) -> frozenset[str]:
        """What the lines of a template can depend on."""
        switches = {*self.names}
        if not any(extra.kind == "part" for extra in self.extras):
            switches.add(NONE)
        if "db" in switches and not any(extra.goes_with == "db" for extra in self.extras):
            switches.add("embedded")
        return frozenset(switches)


def read_words(given: Sequence[str], default: Sequence[str]) -> list[str]:
    """Return the words of ``--with``, repeated or with commas; none of them for ``none``.

    :raises RefusalError: ``none`` is not alone.
    """
    words = [word.strip() for text in given for word in text.split(",")] if given else [*default]
    if NONE not in words:
        return words
    if len(set(words)) > 1:
        raise RefusalError("'none' stands alone. Leave it out, or the others.")
    return []


def refuse_word(word: str, choices: Sequence[str]) -> RefusalError:
    """Return the refusal of a word that is no choice."""
    near = difflib.get_close_matches(word.lower(), choices, n=1)
    advice = f"Did you mean {near[0]!r}?" if near else f"Choose from {', '.join(choices)}."
    return RefusalError(f"{word!r} is not something for --with. {advice}")


def select(given: Sequence[str]) -> Selection:
    """Return what was asked for by ``--with``.

    A with brings the part that uses it.

    :raises RefusalError: a name is unknown, or ``none`` is not alone.
    """
    names: set[str] = set()
    for word in read_words(given, DEFAULT):
        extra = _get_choice(word)
        names.update(filter(None, (extra.name, extra.goes_with)))
    return Selection(tuple(extra for extra in EXTRAS if extra.name in names))


def list_choices() -> Sequence[str]:
    """Return what ``--with`` takes."""
    return [*(extra.name for extra in EXTRAS if extra.kind != "plugin"), NONE]


def _get_choice(word: str) -> Extra:
    extra = find_extra(word)
    if extra is None:
        raise refuse_word(word, list_choices())
    if extra.kind == "plugin":
        raise RefusalError(f"{word!r} is there for every application's tests. Leave it out.")
    return extra
