"""A mapped class as its store sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ColumnElement

from stack_core.description import Description


class Stamps(msgspec.Struct, frozen=True):
    """The attributes that say who made and changed a row and when; empty where there is none."""

    created_at: str = ""
    created_by: str = ""
    changed_at: str = ""
    changed_by: str = ""


class ModelRule(msgspec.Struct, frozen=True):
    """A named rule's code.

    :param expression: called with the class, or an alias of it, and the rule's
        values; returns a condition.
    :param holds: the same on one object, for a store in memory; None: it cannot be told there.
    """

    expression: Callable[..., ColumnElement[bool]]
    holds: Callable[..., bool] | None = None


class Kind(msgspec.Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """A mapped class as its store sees it; made once for a class and shared by applications.

    :param cls: the class.
    :param description: what its things look like.
    :param key: the attributes of its primary key, in the order of its columns.
    :param soft: the attribute that has the moment of a row's deletion, or empty.
    :param stamps: the attributes that tell who and when.
    :param rules: by name.
    :param history: every change is written into the table of what was changed.
    :param bind_key: which of the application's databases it lives in.
    :param related: returns the kind of what a relation field leads to.
    :param setters: fields that an object's own setter writes, and no statement can.
    :param left_out: attributes that are no fields, with the reason.
    """

    cls: type[Any]
    mapper: Mapper[Any]
    description: Description
    key: tuple[str, ...]
    soft: str = ""
    stamps: Stamps = Stamps()
    rules: Mapping[str, ModelRule] = {}
    history: bool = False
    bind_key: str | None = None
    related: Callable[[str], Kind]
    setters: frozenset[str] = frozenset()
    left_out: Mapping[str, str] = {}
