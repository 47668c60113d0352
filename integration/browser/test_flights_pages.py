"""Every page of the demo, as people see it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from demo.workshop import Workshop

if TYPE_CHECKING:
    from .conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = {
    "/": "Tower",
    "/notes/": "Notes",
    "/flights/": "Flights",
    "/flights/?carrier=UA&origin=EWR&month=7": "Flights",
    "/flights/?last=1": "Flights",
    "/flights/?carrier=ZZ": "Flights",
    "/flights/airlines": "Airlines",
    "/flights/airports": "Airports",
}
ERRORS = {
    "/nowhere": (404, "Page not found"),
    "/flights/999999": (404, "Page not found"),
    "/flights/?month=abc": (400, "Bad Request"),
}


@pytest.mark.parametrize("path", PAGES)
def test_page_fits(visit: Visit, look: str, path: str) -> None:
    """Each page opens without a fault and is no wider than its window."""
    assert visit.go(path) == 200
    assert visit.page.locator("h1").inner_text() == PAGES[path]
    assert visit.overflow() <= 0


def test_flight_fits(visit: Visit, look: str) -> None:
    """The page of a flight opens by a click on its number."""
    visit.go("/flights/")
    link = visit.page.locator("tbody th a").first
    number = link.inner_text()
    link.click()
    assert visit.page.locator("h1").inner_text().startswith(number)
    assert visit.overflow() <= 0


@pytest.mark.parametrize("path", ERRORS)
def test_error_has_a_page(visit: Visit, look: str, path: str) -> None:
    """A wrong address gets a page of the application's own, which leads back."""
    status, title = ERRORS[path]
    assert visit.go(path) == status
    assert visit.page.locator("h1").inner_text() == title
    assert visit.overflow() <= 0
    assert visit.page.get_by_role("link", name="Flights").is_visible()
    # The console repeats the status of the page itself.
    visit.faults = [fault for fault in visit.faults if f"status of {status}" not in fault]


def test_busy_database_has_a_page(visit: Visit, look: str, workshop: Workshop) -> None:
    """Who writes while the database is locked for long is asked to try again."""
    visit.go("/notes/")
    visit.page.get_by_label("A new note").fill("Window seat")
    file = workshop.application / "instance" / "app.db"
    locker = sqlite3.connect(file, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    visit.page.get_by_role("button", name="Add").click()
    locker.close()
    assert visit.page.locator("h1").inner_text() == "Back in a moment"
    assert visit.overflow() <= 0
    visit.faults = [fault for fault in visit.faults if "status of 503" not in fault]


def test_colours_follow_the_system(visit: Visit, look: str) -> None:
    """The page is dark for those who ask their system for that."""
    visit.go("/flights/")
    colour = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(int(part) for part in colour[4:-1].split(",")) / 3
    assert lightness < 60 if look == "dark" else lightness > 200


def test_filter_by_keyboard(visit: Visit) -> None:
    """Who has no mouse reaches the content, filters, and goes on to the next part."""
    visit.go("/flights/")
    keyboard = visit.page.keyboard
    keyboard.press("Tab")
    assert visit.focused() == "Skip to the content"
    keyboard.press("Enter")
    seen = []
    while "Filter" not in seen:
        keyboard.press("Tab")
        seen.append(visit.focused())
        if seen[-1].startswith("All\nEWR") or "EWR," in seen[-1]:
            keyboard.type("JFK")
        assert len(seen) < 20, seen
    keyboard.press("Enter")
    visit.page.wait_for_url("**origin=JFK**")
    routes = visit.page.locator(".route").all_inner_texts()
    assert {route[:3] for route in routes} == {"JFK"}
    visit.page.get_by_role("link", name="Next").focus()
    keyboard.press("Enter")
    visit.page.wait_for_url("**cursor=**")
    assert "origin=JFK" in visit.page.url


def test_parts_lead_through_the_list(visit: Visit) -> None:
    """Next, previous, last and first lead where they say."""
    visit.go("/flights/")
    first = visit.page.locator("tbody th a").first.get_attribute("href")
    for name in ("Next", "Previous", "Last", "First"):
        visit.page.get_by_role("link", name=name, exact=True).click()
        now = visit.page.locator("tbody th a").first.get_attribute("href")
        assert (now == first) == (name in ("Previous", "First"))


def test_filters_do_not_overlap(visit: Visit, look: str) -> None:
    """Each field of the form ends before the next one of its line begins."""
    visit.go("/flights/")
    found = visit.page.locator(".filters input, .filters select, .filters button")
    boxes = [each.bounding_box() for each in found.all()]
    places = [(box["y"], box["x"], box["x"] + box["width"]) for box in boxes if box]
    assert len(places) == 6
    for one in places:
        assert not [each for each in places if each[0] == one[0] and one[1] < each[1] < one[2]]


def test_counts_lead_to_their_flights(visit: Visit) -> None:
    """The number beside an airline is how many flights the list then has."""
    visit.go("/flights/airlines")
    link = visit.page.locator("td.number a").first
    count = link.inner_text()
    link.click()
    assert visit.page.get_by_role("status").inner_text().split()[0] == count
