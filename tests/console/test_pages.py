"""The pages in a real browser: axe, the console, sizes, paper, without scripts, and by keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from console.app import NAVIGATION, PAGES
from tests.tasks.stale_invoice_report.chromium import Page

pytestmark = pytest.mark.slow
ARTIFACT = "/runs/{run:int}/artifacts/{artifact:int}"
SHOWN = [page for page in PAGES if page != ARTIFACT]
LIGHT, DARK = ([{"name": "prefers-color-scheme", "value": value}] for value in ("light", "dark"))
LOOKS = ("light", "dark", "phone", "zoom", "print")
# A window of 1280 x 800 at 400 % is one of 320 x 200.
SIZES = {"phone": (390, 844), "zoom": (320, 200)}
# Of the rules of axe, most of the time goes into colours; and only they differ in the dark and on paper.
COLOURS = {"runOnly": ["color-contrast"]}
SHAPES = {"rules": {"color-contrast": {"enabled": False}}}
RULES: dict[str, dict[str, Any]] = {"dark": COLOURS, "print": COLOURS, "phone": SHAPES, "zoom": SHAPES}
OUT_OF_REACH = """[...document.querySelectorAll('a[href], button, input, select')].filter((one) => {
  one.focus(); return document.activeElement !== one; }).map((one) => one.outerHTML)"""


@pytest.fixture
def page(browser: Page, console: str) -> Iterator[Page]:
    browser.complaints.clear()
    browser.requests.clear()
    yield browser
    browser.ask("Emulation.setEmulatedMedia", media="", features=[])
    assert browser.complaints == []
    assert [one for one in browser.requests if not one.startswith(console)] == []


@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_nothing_in_any_look_and_nothing_sticks_out(
    page: Page, console: str, paths: dict[str, str], name: str
) -> None:
    page.open_address(console + paths[name], width=1280, height=800)
    found, wide = {}, {}
    for look in LOOKS:
        width, height = SIZES.get(look, (1280, 800))
        page.resize(width, height)
        media = "print" if look == "print" else ""
        page.ask("Emulation.setEmulatedMedia", media=media, features=DARK if look == "dark" else LIGHT)
        found[look] = page.violations(RULES.get(look))
        wide[look] = page.js("document.documentElement.scrollWidth") - width

    assert found == {look: [] for look in LOOKS}
    assert {look: much for look, much in wide.items() if much > 0} == {}
    page.ask("Emulation.setEmulatedMedia", media="", features=[])
    assert page.js(OUT_OF_REACH) == []


def test_the_night_is_one_screen(page: Page, console: str) -> None:
    page.open_address(console, width=1280, height=800)

    assert page.js("document.documentElement.scrollHeight") <= 800


@pytest.mark.parametrize("answer", ["<h1>503</h1>", "<main>There is no such page</main><footer></footer>"])
def test_the_night_stays_as_it_is_where_its_renewal_is_no_night(page: Page, console: str, answer: str) -> None:
    page.open_address(console, width=1280, height=800)
    before = page.js("document.querySelector('main').textContent")

    page.js(f"window.fetch = async () => {{ window.asked = true; return new Response({answer!r}, {{status: 503}}); }};"
            "renew().then(() => { window.renewed = true; }); 0")  # fmt: skip
    page.wait_for("window.asked && window.renewed")

    assert page.js("document.querySelector('main').textContent") == before


def test_every_page_says_the_same_without_scripts(page: Page, console: str, paths: dict[str, str]) -> None:
    with_scripts = {name: _words(page, console + paths[name]) for name in SHOWN}
    page.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        without = {name: _words(page, console + paths[name]) for name in SHOWN}
    finally:
        page.ask("Emulation.setScriptExecutionDisabled", value=False)

    assert without == with_scripts


def _words(page: Page, address: str) -> str:
    page.open_address(address, width=1280, height=800)
    return str(page.js("document.querySelector('main').innerText"))


def test_a_person_gets_from_the_night_to_a_run_by_keyboard_alone(page: Page, console: str) -> None:
    page.open_address(console, width=1280, height=800)
    page.press("Tab")
    assert page.js("document.activeElement.textContent") == "Skip to the content"
    for _ in NAVIGATION:
        page.press("Tab")
    page.press("Tab")
    page.press("Tab")
    assert page.js("document.activeElement.id") == "find"
    page.press("Tab")
    page.press("Tab")
    assert page.js("document.activeElement.querySelector('.name').textContent") == "Money verified"
    page.press("Enter")
    page.wait_for("document.title.startsWith('Run ')")


def test_the_slash_key_leads_to_the_search(page: Page, console: str) -> None:
    page.open_address(f"{console}/runs", width=1280, height=800)
    page.press("/", "/")
    page.type("31")
    page.press("Enter")
    page.wait_for("document.title.startsWith('Find')")

    assert "Invoice 31 is" in page.js("document.querySelector('main').innerText")


def test_the_rows_at_hand_are_filtered_as_one_types(page: Page, console: str, paths: dict[str, str]) -> None:
    page.open_address(console + paths["/files/{file:int}"], width=1280, height=800)
    shown = "[...document.querySelectorAll('#rows tbody tr')].filter((row) => !row.hidden).length"
    before = page.js(shown)
    page.js("document.querySelector('[data-filters]').focus()")
    page.type("rejected")
    page.wait_for(f"{shown} < {before}")

    assert page.js(shown) == 2


def test_a_command_is_copied_by_the_button_beside_it(page: Page, console: str) -> None:
    page.ask("Browser.grantPermissions", origin=console, permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    page.open_address(f"{console}/outside", width=1280, height=800)
    page.js("document.querySelector('.clip').focus()")
    said = page.js("document.activeElement.ariaLabel")
    page.press("Enter")
    page.wait_for("document.activeElement.ariaLabel === 'Copied'")

    assert said == 'Copy python3 invoke_jobs.py outbox retry 11 --reason "..." --dry-run'
    page.js("navigator.clipboard.readText().then((text) => { document.title = text; })")
    page.wait_for("document.title === 'python3 invoke_jobs.py outbox retry 11 --reason \"...\" --dry-run'")


def test_a_person_gets_from_the_month_to_what_is_not_explained_and_its_next_command(page: Page, console: str) -> None:
    page.open_address(f"{console}/money", width=1280, height=800)
    assert "1 day not explained" in page.js("document.querySelector('main').innerText")
    page.js("document.querySelector('a[href=\"/money/2026-11-24\"]').click()")
    page.wait_for("document.title.startsWith('Money of ')")

    said = page.js("document.querySelector('main').innerText")
    assert "31.50 CAD unexplained in 1 row" in said
    assert "python3 invoke_jobs.py explain invoice 1031" in said


def test_each_sign_on_the_time_line_says_in_words_what_it_is(page: Page, console: str) -> None:
    page.open_address(console, width=1280, height=800)
    said = page.js("[...document.querySelectorAll('.strip [aria-label]:not(svg)')].map((one) => one.ariaLabel)")

    assert "24 times missed, Wed 15:00 to Wed 16:55" in said
    assert any(one.startswith("2 times failed, Thu 08:40 to Thu 08:45, run ") for one in said)
    assert any("22 minutes late" in one for one in said)


def test_paper_shows_the_night_without_what_only_a_screen_can_do(page: Page, console: str) -> None:
    page.open_address(console, width=1280, height=800)
    page.ask("Emulation.setEmulatedMedia", media="print", features=DARK)

    assert page.js("getComputedStyle(document.querySelector('.find')).display") == "none"
    assert page.js("getComputedStyle(document.body).color") == "rgb(23, 32, 43)"
    assert page.pdf().startswith(b"%PDF-")
