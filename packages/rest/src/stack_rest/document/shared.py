"""Parameters that several operations have, described once and referred to."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

REF = "#/components/parameters/"
_AWKWARD = re.compile(r"[^A-Za-z0-9_-]+")


class SharedParameters:
    """The parameters of one document that stand in it more than once.

    One has its own name where all of that name are alike, and otherwise its operation's word in
    front, so that a resource more does not call those of the others anew.

    :param paths: every operation; their parameters become references.
    """

    def __init__(self, paths: dict[str, Any]) -> None:
        self.written: dict[str, Any] = {}
        """By the names under which they are referred to, sorted."""
        lists = list(_list_parameters(paths))
        every = [each for _, parameters in lists for each in parameters]
        self._times = Counter(map(_write, every))
        self._kinds = Counter(_name(json.loads(text)) for text in self._times)
        self._names: dict[str, str] = {}
        for word, parameters in lists:
            parameters[:] = [self._refer(word, each) for each in parameters]
        self.written = dict(sorted(self.written.items()))

    def _refer(self, word: str, parameter: dict[str, Any]) -> dict[str, Any]:
        text = _write(parameter)
        if self._times[text] == 1:
            return parameter
        if text not in self._names:
            name = self._choose(word, parameter)
            self._names[text] = name
            self.written[name] = parameter
        return {"$ref": REF + self._names[text]}

    def _choose(self, word: str, parameter: dict[str, Any]) -> str:
        name = _name(parameter)
        if self._kinds[name] > 1:
            name = f"{_clean(word)}.{name}"
        number, found = 1, name
        while found in self.written:
            number += 1
            found = f"{name}.{number}"
        return found


def find_parameters(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of an operation, those that it refers to as well."""
    shared = document["components"].get("parameters", {})
    return [
        shared[each["$ref"].removeprefix(REF)] if "$ref" in each else each
        for each in operation.get("parameters", ())
    ]


def _list_parameters(paths: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for methods in paths.values():
        for operation in methods.values():
            yield operation["tags"][0], operation.get("parameters", [])


def _name(parameter: dict[str, Any]) -> str:
    return _clean(parameter["name"])


def _clean(text: str) -> str:
    """Return a text as the name of a component may be."""
    return _AWKWARD.sub(".", text).strip(".")


def _write(parameter: dict[str, Any]) -> str:
    return json.dumps(parameter, sort_keys=True)
