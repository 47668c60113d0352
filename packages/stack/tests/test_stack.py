"""Composing extensions and putting them on an application."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from flask import Flask

from stack import Stack
from stack_core import Extension, MissingExtension, NoSettings, Registry, SetupError

Install = Callable[..., None]


class Ground(Extension[NoSettings, str]):
    name = "ground"

    def build(self, app: Flask, settings: NoSettings) -> str:
        return f"ground of {app.name}"


class House(Extension[NoSettings, str]):
    name = "house"
    requires = ("ground",)

    def build(self, app: Flask, settings: NoSettings) -> str:
        return f"house on {Ground.of(app)}"


class Garden(Extension[NoSettings, None]):
    name = "garden"
    after = ("house",)


class Plain:
    """What a stranger's extension looks like."""

    def init_app(self, app: Flask) -> None:
        app.extensions["plain"] = sorted(Registry.of(app))


OFFERED = """
from stack_core import Extension

class Cellar(Extension):
    name = "cellar"

class Tower(Extension):
    name = "tower"
    requires = ("cellar",)

    def __init__(self, cellar):
        self.cellar = cellar

    @classmethod
    def compose(cls, siblings):
        return cls(siblings["cellar"])
"""
ENTRIES = "cellar = acme_offered:Cellar\ntower = acme_offered:Tower"


def test_objects_are_set_up_in_the_order_of_their_needs(bare: Flask) -> None:
    """``requires`` and ``after`` decide, not the order of the arguments."""
    Stack(Garden(), House(), Ground()).init_app(bare)
    assert list(Registry.of(bare)) == ["stack", "ground", "house", "garden"]
    assert House.of(bare) == "house on ground of bare"


def test_plain_object_joins_where_it_is_written(bare: Flask) -> None:
    """Anything with ``init_app(app)`` may be a part."""
    Stack(Ground(), Plain(), House()).init_app(bare)
    assert bare.extensions["plain"] == ["ground", "stack"]


def test_names_are_composed_with_their_siblings(install: Install, bare: Flask) -> None:
    """A named extension is made by its ``compose`` from what the others are."""
    install("acme", ENTRIES, acme_offered=OFFERED)
    stack = Stack("tower", "cellar")
    stack.init_app(bare)
    assert stack.tower.cellar is stack.cellar
    assert list(Registry.of(bare)) == ["stack", "cellar", "tower"]


def test_names_and_objects_mix(install: Install, bare: Flask) -> None:
    """A name is composed with an object that was given, wherever it stands."""
    install("acme", ENTRIES, acme_offered=OFFERED)
    import acme_offered  # type: ignore[import-not-found]  # written by the fixture

    cellar = acme_offered.Cellar()
    stack = Stack("tower", cellar, Plain())
    stack.init_app(bare)
    assert stack.tower.cellar is cellar
    assert repr(stack) == "Stack('cellar', 'tower', Plain)"


def test_composed_application_answers_health(bare: Flask) -> None:
    """The health endpoints and the mark ``composed`` are the roof's doing."""
    Stack(Ground()).init_app(bare)
    assert Registry.of(bare).composed
    assert bare.test_client().get("/readyz").json == {"status": "ok", "ground": "ok"}
    assert bare.test_client().get("/healthz").json == {"status": "ok"}


def test_two_applications_share_nothing(bare: Flask) -> None:
    """One ``Stack`` is a template for as many applications as are made."""
    stack = Stack(Ground(), House())
    before = copy.copy(vars(stack))
    other = Flask("other", root_path="/nonexistent", instance_path="/nonexistent")
    other.config.from_mapping(bare.config)
    stack.init_app(bare)
    stack.init_app(other)
    assert Ground.of(bare) == "ground of bare"
    assert Ground.of(other) == "ground of other"
    assert vars(stack) == before


def test_second_composition_of_an_application_is_refused(bare: Flask) -> None:
    """Neither the same nor another ``Stack`` composes an application again."""
    stack = Stack(Ground())
    stack.init_app(bare)
    for again in (stack, Stack(Garden())):
        with pytest.raises(SetupError, match="composed by a Stack already"):
            again.init_app(bare)
    assert list(Registry.of(bare)) == ["stack", "ground"]


def test_failure_leaves_the_application_as_it_was(bare: Flask) -> None:
    """What was set up before the part that failed is taken back too."""

    class Roof(Extension[NoSettings, None]):
        name = "roof"
        requires = ("ground",)

        def build(self, app: Flask, settings: NoSettings) -> None:
            raise SetupError("The roof leaks.")

    config, rules = dict(bare.config), list(bare.url_map.iter_rules())
    with pytest.raises(SetupError, match="The roof leaks"):
        Stack(Ground(), Plain(), Roof()).init_app(bare)
    assert dict(bare.config) == config
    assert bare.extensions == {}
    assert list(bare.url_map.iter_rules()) == rules
    Stack(Ground()).init_app(bare)
    assert Ground.of(bare)


def test_need_may_be_on_the_application_already(bare: Flask) -> None:
    """An application that adopts one part at a time initialises some by hand."""
    Ground().init_app(bare)
    Stack(House()).init_app(bare)
    assert House.of(bare) == "house on ground of bare"


def test_missing_need_says_what_to_write(bare: Flask, install: Install) -> None:
    """The error names who needs it and the call, and nothing is on the application."""
    with pytest.raises(MissingExtension, match=r"'house' needs 'ground'\. Write Stack\("):
        Stack(House()).init_app(bare)
    assert bare.extensions == {}
    install("acme", ENTRIES, acme_offered=OFFERED)
    with pytest.raises(MissingExtension, match=r"Write Stack\(\"cellar\", \"tower\"\), or init"):
        Stack("tower")


def test_missing_need_that_is_an_extra_says_what_to_install(bare: Flask, install: Install) -> None:
    """A part of stack that is needed and not installed comes with the exact command."""
    from stack.catalogue import explain_need

    install("nothing", "")
    sentence = explain_need("blog", "testing", ["blog"])
    assert sentence.endswith('run: python -m pip install "stack[testing]"')


@pytest.mark.parametrize("name", ["cellar", "ground"])
def test_attribute_gives_the_part(install: Install, name: str) -> None:
    """``stack.db`` is the composed object, for the first five minutes."""
    install("acme", ENTRIES, acme_offered=OFFERED)
    stack = Stack("cellar", Ground())
    assert getattr(stack, name).name == name
    assert name in dir(stack)


def test_unknown_attribute_is_an_attribute_error() -> None:
    """Copying and introspection work as with any object."""
    stack = Stack(Ground())
    with pytest.raises(AttributeError, match=r"'house' is neither .* of Stack\('ground'\)"):
        _ = stack.house
    assert not hasattr(stack, "__len__")
    assert copy.copy(stack).ground is stack.ground


def test_compose_gets_what_is_there(install: Install) -> None:
    """``siblings.get`` of what is absent is None: an extension may do without."""
    source = """
from stack_core import Extension

class Curious(Extension):
    name = "curious"

    @classmethod
    def compose(cls, siblings):
        curious = cls()
        curious.saw = sorted(siblings), siblings.get("nobody")
        return curious
"""
    install("acme", "curious = acme_curious:Curious", acme_curious=source)
    assert Stack(Ground(), "curious").curious.saw == (["ground"], None)
