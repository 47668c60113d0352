"""What is judged: how it is named to the kit, and how one gets hold of it."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from .wording import say


class SubjectError(Exception):
    """There is nothing to judge; the text says why and what to do."""


class ContractPlace(msgspec.Struct, frozen=True):
    """Where a contract's class is written; a process of its own loads it from there."""

    file: str
    module: str
    qualname: str


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """An extension to be judged, by name, so that another process can find it too.

    :param target: ``module:attribute`` of a class with ``init_app``, of a
        function that returns an object with one, or of such an object.
    :param settings: keys of ``app.config`` of each application it is put on.
    :param others: addresses, as the target, of what is put on it before.
    :param use: address of a function that uses the extension within a request;
        it is called with the application.
    :param names: further beginnings of names that are the extension's own.
    :param contract: given in place of all but the target, by a contract.
    """

    target: str
    settings: dict[str, Any] = {}
    others: tuple[str, ...] = ()
    use: str | None = None
    names: tuple[str, ...] = ()
    contract: ContractPlace | None = None


class Source:
    """A subject's extensions, made anew as often as they are asked for."""

    def __init__(self, subject: Subject) -> None:
        self.settings: Mapping[str, Any] = subject.settings
        self.names = subject.names
        self.factory: Any
        if subject.contract is None:
            self._read_addresses(subject)
        else:
            self._read_contract(subject.contract)

    def _read_addresses(self, subject: Subject) -> None:
        self.factory = find(subject.target)
        self.make: Callable[[], Any] = lambda: make(self.factory, subject.target)
        makers = [(find(each), each) for each in subject.others]
        self.make_others: Callable[[], list[Any]] = lambda: [
            make(factory, name) for factory, name in makers
        ]
        self.use: Callable[[Any], object] | None = find(subject.use) if subject.use else None

    def _read_contract(self, place: ContractPlace) -> None:
        found: Any = load_module(place)
        for name in place.qualname.split("."):
            found = getattr(found, name)
        contract = found()
        self.factory = None
        self.settings, self.names = contract.settings, contract.names
        self.make = contract.make_extension
        self.make_others = lambda: list(contract.make_others())
        self.use = contract.use_extension


def find(address: str) -> Any:
    """Return what an address ``module:attribute`` leads to.

    :raises SubjectError: it leads nowhere.
    """
    module, colon, path = address.partition(":")
    if not (colon and module and path):
        raise SubjectError(f"{address!r} is no address. Write it as package:Extension.")
    try:
        found: Any = importlib.import_module(module)
    except (Exception, SystemExit) as error:
        raise SubjectError(
            f"{module!r} cannot be imported ({say(error)})."
            " Install what is missing, or mend the name."
        ) from error
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise SubjectError(
                f"{module!r} has no {path!r}. Mend the name behind the colon."
            ) from None
    return found


def make(factory: Any, address: str) -> Any:
    """Return an extension: what an address leads to, or what that makes.

    :raises SubjectError: it has no ``init_app``, or one that would never run.
    """
    is_instance = hasattr(factory, "init_app") and not isinstance(factory, type)
    made: Any = factory if is_instance or not callable(factory) else factory()
    if not callable(getattr(made, "init_app", None)):
        raise SubjectError(
            f"{address!r} leads to an object of type {type(made).__name__!r}, which has no"
            " 'init_app'. Name a class, a factory or an object that has one."
        )
    if inspect.iscoroutinefunction(made.init_app):
        raise SubjectError(
            f"'init_app' of {address!r} is asynchronous, and nobody awaits it."
            " Make it an ordinary function."
        )
    return made


def load_module(place: ContractPlace) -> ModuleType:
    """Import a module of tests, by its name where that is possible, else from its file."""
    if place.module in sys.modules:
        return sys.modules[place.module]
    try:
        found = importlib.import_module(place.module)
        if getattr(found, "__file__", None) == place.file:
            return found
    except ImportError:
        pass
    return _load_file(place.module, Path(place.file))


def _load_file(name: str, file: Path) -> ModuleType:
    """Import a file, with packages around it for its relative imports."""
    folder = file.parent
    parents = name.split(".")[:-1]
    for length in range(len(parents), 0, -1):
        package = ModuleType(".".join(parents[:length]))
        package.__path__ = [str(folder)]
        sys.modules.setdefault(package.__name__, package)
        folder = folder.parent
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise SubjectError(f"{file} is no module of Python. Put the contract into one.")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
