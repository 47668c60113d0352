"""What a desk remembers of questions, and that it remembers nothing of who asked them (S53)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from stack_core.desk import Desk
from stack_core.filter import TRUE, All, Is
from stack_core.plan import MOST, Plans
from stack_core.problem import BadQuery, Denied, NotFound
from stack_core.query import Query

READ = [f"{kind}.read" for kind in ("book", "author", "team", "tag", "seat")]
FIELDS = ("title", "author.name")
QUERY = Query(fields=FIELDS, order=("-author.name", "pages"))


@pytest.fixture
def desk(app: Flask, library: Any) -> Desk:
    return Desk(app, "book")


def ask_all(desk: Desk, sign_in: Any) -> None:
    """Let somebody who may read everything ask twice."""
    sign_in(*READ)
    for _ in range(2):
        assert desk.row(1, FIELDS) == ("Axes", "Ann")
        assert [title for title, _ in desk.page(QUERY).rows][-1] == "Dogs"


@pytest.mark.parametrize(
    ("may", "more", "refusal"),
    [
        (["book.read"], {}, BadQuery),
        (["author.read"], {}, Denied),
        (READ, {"hides": {"book.read": ["title"]}}, BadQuery),
        (READ, {"hides": {"book.read": ["author"]}}, BadQuery),
        (READ, {"hides": {"author.read": ["name"]}}, BadQuery),
        (READ, {"hides": {"author.read": ["email"], "book.read": ["isbn"]}}, None),
    ],
)
def test_rights_are_asked_anew(
    desk: Desk, sign_in: Any, may: list[str], more: Any, refusal: Any
) -> None:
    """What somebody else has read before is refused as if nobody had (S52, S53)."""
    ask_all(desk, sign_in)
    for _ in range(2):
        sign_in(*may, **more)
        if refusal is None:
            assert desk.row(1, FIELDS) == ("Axes", "Ann")
            desk.page(QUERY)
        else:
            with pytest.raises(refusal):
                desk.row(1, FIELDS)
            with pytest.raises(refusal):
                desk.page(QUERY)
        ask_all(desk, sign_in)


def test_scopes_are_asked_anew(desk: Desk, sign_in: Any, books: Any) -> None:
    """The scopes of each act reach the store, also for what was read before (S52)."""
    ask_all(desk, sign_in)
    assert books.asked[-1][2].row == TRUE
    for pages in (100, 200):
        scopes = {"book.read": Is("pages", "eq", pages), "author.read": Is("name", "eq", "Ann")}
        sign_in(*READ, scopes=scopes)
        assert desk.row(pages // 100, FIELDS)[1] == ("Ann" if pages == 100 else None)
        reach = books.asked[-1][2]
        assert (reach.row, reach.through) == (
            scopes["book.read"], (("author", scopes["author.read"]),)
        )  # fmt: skip
        with pytest.raises(NotFound):
            desk.row(3, FIELDS)
        assert len(desk.page(QUERY).rows) == 1
    ask_all(desk, sign_in)
    assert books.asked[-1][2].through == (("author", TRUE),)


def test_far_kind_is_seen_whole_or_not(desk: Desk, sign_in: Any) -> None:
    """What is kept elsewhere is for who may read all of it, whoever read it before (S28)."""
    for scope, seen in ((All(), True), (Is("name", "eq", "Red"), False), (All(), True)):
        sign_in(*READ, scopes={"team.read": scope})
        if seen:
            assert desk.row(1, ("team",)) == (1,)
        else:
            with pytest.raises(BadQuery):
                desk.row(1, ("team",))


def test_only_what_is_met_is_asked(app: Flask, library: Any, door: Any, sign_in: Any) -> None:
    """Who asks is found out at every act, and so are the permissions of the kinds it meets."""
    sign_in(*READ)
    whole, asked = door.person, []

    class Noting:
        """Somebody who notes what is asked of them."""

        def __getattr__(self, name: str) -> Any:
            return getattr(whole, name)

        def allows(self, permission: str) -> bool:
            asked.append(permission)
            return bool(whole.allows(permission))

    door.person = Noting()
    desk, public = Desk(app, "book"), Desk(app, "book", public={"book.read"})
    for number in range(1, 4):
        for one, fields, wanted in (
            (desk, FIELDS, ["book.read", "author.read"]),
            (desk, ("title",), ["book.read"]),
            (public, FIELDS, ["author.read"]),
        ):
            one.row(1, fields)
            assert asked == wanted
            asked.clear()
        assert door.asked == 3 * number


def test_plans_are_bounded(desk: Desk, sign_in: Any) -> None:
    """Whoever asks chooses the fields, so only so many questions are remembered."""
    sign_in(*READ)
    names = [field.name for field in desk.fields() if not field.many]
    for one in names:
        for other in names:
            for third in ("title", "pages"):
                desk.row(1, (one, other, third))
    assert len(Plans.of(desk.description)._found) == MOST
    assert desk.row(1, FIELDS) == ("Axes", "Ann")


def test_text_is_no_list_of_fields(desk: Desk, sign_in: Any) -> None:
    """Fields that were read as a list are refused as one text, and read as a list again."""
    sign_in(*READ)
    assert desk.row(1, ["title"]) == desk.row(1, ("title",)) == ("Axes",)
    wrong: Any = "title"
    with pytest.raises(BadQuery):
        desk.row(1, wrong)
    with pytest.raises(BadQuery):
        desk.page(Query(fields=("title",), order=wrong))
    odd: Any = ("title", ["title"])
    with pytest.raises(BadQuery):
        desk.row(1, odd)
