"""What is said of a typed function beside its types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypedDict

import msgspec
from flask import Blueprint

from stack_core.problem import Problem

from ..http.rate import Rate, read_rate
from ..operation.operation import PUBLIC, Need


class Options(TypedDict, total=False):
    """What is said of a typed function beside its types.

    ``public``: everybody may. ``permission``: whoever has it may; without either, whoever is
    signed in. ``status``: of what it returns. ``responses``: the types of several answers by
    their status; the class of what it returns decides. ``raises``: the problems that it answers.
    ``rate``: how often one client may call it. ``body_limit``: the most bytes that are read.
    ``name``, ``tag``, ``summary`` and ``deprecated`` are for the document.
    """

    public: bool
    permission: str
    status: int
    responses: Mapping[int, Any]
    raises: Sequence[type[Problem]]
    rate: str
    body_limit: int
    name: str
    tag: str
    summary: str
    deprecated: bool


class ServedOptions(Options, total=False):
    """What is said of a typed function that has an address of its own.

    ``blueprint``: the one of Flask's in which it is served, with its address and hooks.
    """

    blueprint: Blueprint


class Declaration(msgspec.Struct, frozen=True, eq=False):
    """A typed function and what is said of it.

    :raises TypeError: what is said contradicts itself.
    """

    function: Callable[..., Any]
    options: Options

    def __post_init__(self) -> None:
        said = self.options
        for word in said.keys() - Options.__annotations__.keys():
            near = get_close_matches(word, Options.__annotations__, 1)
            hint = f"Did you mean {near[0]!r}?" if near else "Leave it out."
            raise TypeError(f"{word!r} is not an option of {self.title}. {hint}")
        if said.get("public") and said.get("permission"):
            raise TypeError(
                f"{self.title} is 'public' and asks for {said.get('permission')!r}. Say one of"
                " both."
            )
        if "status" in said and "responses" in said:
            raise TypeError(
                f"{self.title} has 'status' and 'responses'. Name the status in 'responses'."
            )
        raised: Sequence[Any] = said.get("raises", ())
        for kind in raised:
            if not (isinstance(kind, type) and issubclass(kind, Problem)):
                raise TypeError(
                    f"{self.title} has {kind!r} in 'raises'. Name subclasses of Problem."
                )
        self.rate  # noqa: B018 - it is wrong where it was written

    @property
    def title(self) -> str:
        """What errors call the function."""
        return repr(f"{self.function.__module__}.{self.function.__qualname__}")

    @property
    def need(self) -> Need:
        """Who may."""
        if self.options.get("public"):
            return PUBLIC
        return Need(permission=self.options.get("permission", ""))

    @property
    def rate(self) -> Rate | None:
        """How often one client may call it."""
        return read_rate(self.options.get("rate", ""))


class Served(msgspec.Struct, frozen=True):
    """A declaration that is served at an address below the prefix."""

    declaration: Declaration
    method: str
    rule: str
