"""Settings of every kind, from Python and from the environment."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from flask import Flask

from stack_core import Extension, Settings, SettingsError, setting
from stack_core.reading import read_settings


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Door(msgspec.Struct):
    width: int
    pin: Annotated[str, setting("Opens it.", secret=True)] = ""


class HouseSettings(Settings, frozen=True, kw_only=True):
    floors: Annotated[int | None, setting("How many.", ge=1, le=9)] = None
    rooms: Annotated[list[int], setting("Their sizes.")] = []
    tags: Annotated[set[str] | None, setting("Its words.")] = None
    codes: Annotated[tuple[int, ...], setting("Its codes.")] = ()
    wait: Annotated[dt.timedelta, setting("How long.")] = dt.timedelta(0)
    garden: Annotated[Path | None, setting("Where.")] = None
    zone: Annotated[ZoneInfo | None, setting("When.")] = None
    paint: Annotated[Colour, setting("Which.")] = Colour.RED
    level: Annotated[Literal[1, 2], setting("How high.")] = 1
    plan: Annotated[Literal["1", "2"], setting("Which one.")] = "1"
    heated: Annotated[bool | None, setting("Whether.")] = None
    label: Annotated[str | None, setting("Its name.")] = None
    short: Annotated[str, msgspec.Meta(min_length=2)] = "ab"
    seal: Annotated[bytes, setting("Its seal.")] = b""
    mark: Annotated[str | bytes | None, setting("Its mark.")] = None
    limits: Annotated[dict[str, int], setting("Its limits.")] = {}
    door: Annotated[Door | None, setting("Its door.")] = None
    make: Annotated[Callable[[], int] | None, setting("Who builds.")] = None
    any: Annotated[Any, setting("Whatever.")] = None
    plain: int = 0


def read(**config: Any) -> HouseSettings:
    return read_settings(config, HouseSettings, owner="house", prefix="HOUSE_")


def answer() -> int:
    return 42


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        ("floors", "3", 3),
        ("floors", " ", None),
        ("rooms", "1, 2,3", [1, 2, 3]),
        ("tags", "a,b,a", {"a", "b"}),
        ("tags", None, None),
        ("codes", ["1", 2], (1, 2)),
        ("wait", "30", dt.timedelta(seconds=30)),
        ("wait", 1.5, dt.timedelta(seconds=1.5)),
        ("garden", "/srv/x", Path("/srv/x")),
        ("garden", Path("x"), Path("x")),
        ("zone", "Europe/Berlin", ZoneInfo("Europe/Berlin")),
        ("paint", "blue", Colour.BLUE),
        ("paint", Colour.BLUE, Colour.BLUE),
        ("level", "2", 2),
        ("plan", "2", "2"),
        ("heated", "", None),
        ("heated", "ON", True),
        ("label", "", ""),
        ("label", "null", "null"),
        ("label", " 7 ", " 7 "),
        ("seal", "wax", b"wax"),
        ("seal", b"wax", b"wax"),
        ("mark", b"\xff", b"\xff"),
        ("mark", "x", "x"),
        ("limits", {"a": "1"}, {"a": 1}),
        ("door", {"width": "90"}, Door(90)),
        ("door", Door(90), Door(90)),
        ("make", answer, answer),
        ("any", 7, 7),
        ("any", answer, answer),
        ("plain", "4", 4),
    ],
)
def test_value_of_every_kind_is_taken(field: str, given: Any, value: Any) -> None:
    """What the annotation says can be set, from Python and as text."""
    assert getattr(read(**{f"HOUSE_{field.upper()}": given}), field) == value


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("floors", 0, "a whole number or nothing of at least 1 and of at most 9"),
        ("floors", True, "'HOUSE_FLOORS' is True"),
        ("floors", "9" * 5000, "…. Set it to"),
        ("rooms", "1,x", "'1,x'. Set it to a list"),
        ("wait", "soon", "a number of seconds"),
        ("garden", 7, "'HOUSE_GARDEN' is 7. Set it to a path or nothing"),
        ("zone", "Mars/North", "'Mars/North'"),
        ("paint", "green", "one of 'red', 'blue'"),
        ("level", True, "one of 1, 2"),
        ("plan", "3", "one of '1', '2'"),
        ("short", "a", "'HOUSE_SHORT' is 'a'"),
        ("seal", 5, "'HOUSE_SEAL' is 5. Set it to bytes"),
        ("mark", ["x"], "'HOUSE_MARK' is ['x']. Set it to text or bytes or nothing"),
        ("limits", "a=1", "Set it to a mapping"),
        ("door", {"width": "x", "pin": "4711"}, "'HOUSE_DOOR' is {'width': 'x'"),
        ("make", "answer", "'HOUSE_MAKE' is 'answer'"),
    ],
)
def test_wrong_value_of_every_kind_is_named(field: str, given: Any, said: str) -> None:
    """Whatever is set wrongly is one sentence pair and nothing else."""
    with pytest.raises(SettingsError) as caught:
        read(**{f"HOUSE_{field.upper()}": given})
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "annotation",
    [list[int] | tuple[int, ...], Path | int, "Nowhere", Annotated[str, setting("", ge=1)]],
)
def test_annotation_that_cannot_be_set_is_refused(app: Flask, annotation: Any) -> None:
    """What could never be read is found at the start, set or not, and names the setting."""
    settings = msgspec.defstruct(
        "OddSettings", [("odd", annotation, None)], bases=(Settings,), frozen=True, kw_only=True
    )
    odd = type("Odd", (Extension,), {"name": "odd", "settings": settings})
    with pytest.raises(TypeError, match="OddSettings"):
        odd().init_app(app)
    assert app.extensions == {}


def test_settings_inherit() -> None:
    """A subclass has the settings of its parent, and its own."""

    class CastleSettings(HouseSettings, frozen=True, kw_only=True):
        towers: Annotated[int, setting("How many.")]

    def read_castle(**config: Any) -> CastleSettings:
        return read_settings(config, CastleSettings, owner="castle", prefix="CASTLE_")

    both = read_castle(CASTLE_TOWERS="4", CASTLE_PLAIN="2")
    assert (both.towers, both.plain) == (4, 2)
    with pytest.raises(SettingsError, match=r"'CASTLE_TOWERS' is not set\. Set it to a whole"):
        read_castle()


def from_environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> HouseSettings:
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    app = Flask("house")
    app.config.from_prefixed_env("SHOP")
    return read(**app.config)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("007.10", "label", "007.10"),
        ("1e5", "label", "1e5"),
        ("true", "label", "true"),
        ("[1]", "label", "[1]"),
        ("NaN", "label", "NaN"),
        ("2", "plan", "2"),
        ("80", "rooms", [80]),
        ("2.50", "tags", {"2.50"}),
        ('["a,b"]', "tags", {"a,b"}),
        ("5", "any", 5),
    ],
)
def test_environments_text_counts_under_any_prefix(
    monkeypatch: pytest.MonkeyPatch, text: str, field: str, value: Any
) -> None:
    """Text that Flask parsed as JSON is text again where text, or a list of it, is wanted."""
    settings = from_environment(monkeypatch, **{f"SHOP_HOUSE_{field.upper()}": text})
    assert getattr(settings, field) == value


def test_other_variable_with_the_same_end_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that means something else is not mistaken for the setting's."""
    variables = {"A_HOUSE_LABEL": "1.1", "SHOP_HOUSE_LABEL": "1.10", "Z_HOUSE_LABEL": "11e-1"}
    with pytest.raises(SettingsError, match=r"'HOUSE_LABEL' is 1\.1\. Set it to text"):
        from_environment(monkeypatch, **variables)
    monkeypatch.delenv("A_HOUSE_LABEL")
    monkeypatch.setenv("Z_HOUSE_LABEL", "7")
    monkeypatch.setenv("HOUSE_LABEL", "1.100")
    app = Flask("house")
    app.config.from_prefixed_env("SHOP")
    assert read(**app.config).label == "1.10"
