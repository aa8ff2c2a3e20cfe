"""The page, in a real browser: sorted, filtered, saved, by keyboard, at three widths, on paper, and by axe-core."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.visible import visible
from tasks.stale_invoice_report.page import write_page
from tasks.stale_invoice_report.report_row import ReportRow
from tests.tasks.stale_invoice_report.chromium import CHROMIUM, Page, chromium
from tests.tasks.stale_invoice_report.rows import row, spool, summary
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]
IDS = "[...document.querySelectorAll('#rows tbody tr td:first-child')].map((cell) => cell.firstChild.textContent)"
FOUND = "document.getElementById('found').textContent"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028"
_CHOOSE = (
    "((id, text) => { const one = document.getElementById(id); one.value = [...one.options].find((option) =>"
    " option.textContent === text).value; one.dispatchEvent(new Event('change')); })"
)
_WORDS = "Two batches charged it: the ministry paid twice."
ROWS = [
    *(
        row(100 + number, total=f"{number}.50", age_days=10 + number, method="PAD" if number % 2 else "EFT")
        for number in range(120)
    ),
    row(
        500,
        "J14",
        method="EJV",
        account="A77",
        account_name="=cmd|x",
        total="9000.00",
        evidence=HOSTILE,
        since_last="still there",
    ),
    row(501, "F1", method="EFT", created_on="2026-11-01"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with chromium() as page:
        yield page


@pytest.fixture
def page(browser: Page, tmp_path: Path) -> Iterator[Page]:
    browser.complaints.clear()
    browser.requests.clear()
    browser.open(_written(tmp_path, ROWS))
    yield browser
    assert browser.complaints == []
    assert browser.requests == [(tmp_path / "page.html").as_uri()]


def _written(folder: Path, rows: list[ReportRow], **changes: Any) -> Path:
    path = folder / "page.html"
    kept = spool(rows)
    with path.open("w", encoding="utf-8") as out:
        write_page(out, kept, summary(rows, **changes))
    return path


def test_the_worst_stand_first_and_fifty_are_shown(page: Page) -> None:
    assert page.js(IDS)[0] == "500"
    assert len(page.js(IDS)) == 50
    assert page.js(FOUND) == "121 stuck invoices, 16,200.00 CAD; 1 to 50 shown. 1 more resolve on their own."


def test_a_header_sorts_both_ways_and_says_so(page: Page) -> None:
    page.js("document.querySelectorAll('#rows th button')[4].click()")

    assert page.js(IDS)[:3] == ["500", "219", "218"]
    assert page.js("document.querySelectorAll('#rows th')[4].ariaSort") == "descending"

    page.js("document.querySelectorAll('#rows th button')[4].click()")

    assert page.js(IDS)[:2] == ["100", "101"]
    assert page.js("document.querySelectorAll('#rows th[aria-sort]').length") == 1


def test_filters_narrow_and_clear_gives_everything_back(page: Page) -> None:
    page.js(f"{_CHOOSE}('f-method', 'EJV')")
    assert page.js(IDS) == ["500"]

    page.js("document.querySelector('#filters button').click()")
    page.wait_for(f"{FOUND}.startsWith('121 stuck')")

    page.js("const t = document.getElementById('f-text'); t.value = 'a77'; t.dispatchEvent(new Event('input'))")
    page.wait_for(f"""{FOUND}.startsWith('1 of 122 invoices ("a77"), 9,000.00 CAD')""")
    assert page.js(IDS) == ["500"]


def test_everything_works_with_the_keyboard_alone(page: Page) -> None:
    page.press("Tab")
    assert page.js("document.activeElement.textContent") == "Skip to the invoices"
    page.press("Enter")
    page.press("Tab")
    assert page.js("document.activeElement.id") == "f-text"
    page.type("REG00000103")
    page.wait_for(f"{FOUND}.startsWith('1 of 122')")
    for _ in range(7):
        page.press("Tab")
    assert page.js("document.activeElement.textContent") == "Invoice"
    page.press(" ")

    assert page.js("document.querySelectorAll('#rows th')[0].ariaSort") == "ascending"
    assert page.js(IDS) == ["103"]


def test_pages_turn(page: Page) -> None:
    page.js("document.getElementById('p-last').click()")

    assert len(page.js(IDS)) == 21
    assert page.js("document.getElementById('p-next').disabled") is True
    assert "; 101 to 121 shown." in page.js(FOUND)


def test_what_resolves_on_its_own_is_apart_and_the_totals_are_those_of_the_tiles(page: Page) -> None:
    stuck = "document.querySelectorAll('.figures dd')[1].textContent"
    sums = "[...document.querySelectorAll('.diagnoses tr.sum, .diagnoses tr.total')].map((row) => row.innerText)"

    assert page.js(stuck) == "16,200.00 CAD"
    assert page.js("document.getElementById('total').textContent") == "Total of the view: 121 invoices, 16,200.00 CAD"
    assert [" ".join(line.split()) for line in page.js(sums)] == [
        "Money at risk 1 9,000.00 49 d",
        "Ask others 120 7,200.00 49 d",
        "Stuck in all 121 16,200.00 49 d",
        "Resolves on its own 1 100.00 22 d",
    ]
    page.js(f"{_CHOOSE}('f-turn', 'All, and what resolves on its own')")
    assert page.js(FOUND).startswith("122 of 122 invoices (All, and what resolves on its own), 16,300.00 CAD")


def test_the_filters_live_in_the_address(page: Page, tmp_path: Path) -> None:
    page.js(f"{_CHOOSE}('f-method', 'EFT')")
    page.js("document.querySelectorAll('#rows th button')[4].click()")
    address = page.js("location.href")
    seen = page.js(IDS)
    page.open(tmp_path / "page.html")
    page.js(f"location.href = {address!r}")
    page.wait_for(f"{FOUND}.startsWith('60 of 122 invoices (EFT)')")

    assert address.endswith("#method=EFT&sort=-Amount+%28CAD%29")
    assert page.js(IDS) == seen
    assert page.js("document.querySelectorAll('#rows th')[4].ariaSort") == "descending"
    page.requests[:] = page.requests[:1]


def test_the_rows_of_the_view_are_saved_as_csv(page: Page, tmp_path: Path) -> None:
    page.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.js(f"{_CHOOSE}('f-method', 'EJV')")
    page.js("document.getElementById('save').click()")
    saved = tmp_path / "stuck-invoices-2026-11-23.csv"
    wait_until(saved.exists, "the file is saved")
    page.requests[:] = page.requests[:1]

    [row] = csv.DictReader(io.StringIO(saved.read_text(encoding="utf-8-sig"), newline=""))
    assert (row["invoice_id"], row["account_name"], row["total_cad"], row["whose_turn"]) == (
        "500", "'=cmd|x", "9000.00", "money at risk",
    )  # fmt: skip
    assert row["evidence"] == visible(HOSTILE)


def test_paper_has_every_row_of_the_view_and_the_screen_its_page_again(page: Page) -> None:
    counted = "window.printed = document.querySelectorAll('td.lead').length"
    page.js(f"window.addEventListener('beforeprint', () => {{ {counted} }})")
    page.js("document.getElementById('p-next').click()")
    page.pdf()

    assert page.js("window.printed") == 121
    assert len(page.js(IDS)) == 50
    assert page.js("document.getElementById('p-number').value") == "2"


@pytest.mark.parametrize("look", ["light", "dark", "phone", "print"])
def test_axe_finds_nothing_to_complain_of(browser: Page, tmp_path: Path, look: str) -> None:
    browser.open(_written(tmp_path, [*ROWS[:4], *ROWS[-2:]]))
    browser.resize(390 if look == "phone" else 1400, 900)
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if look == "dark" else "light"}]
    browser.ask("Emulation.setEmulatedMedia", media="print" if look == "print" else "", features=scheme)
    try:
        assert browser.violations() == []
    finally:
        browser.ask("Emulation.setEmulatedMedia", media="", features=[])


def test_the_trend_takes_no_room_before_there_is_one(browser: Page, tmp_path: Path) -> None:
    browser.open(_written(tmp_path, ROWS[:1], trend=(), before_on=None))

    assert browser.js("document.getElementById('h-trend')") is None
    assert browser.js("document.querySelector('.top p').textContent") == (
        "All methods and accounts, as of 23 November 2026; no earlier report to compare with."
    )


def test_words_of_an_invoice_stay_words(page: Page) -> None:
    assert page.js("document.querySelector('#rows td.say small').textContent") == visible(HOSTILE)
    assert page.js("document.images.length") == 0
    assert page.js("document.scripts.length") == 2


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_sticks_out_sideways(page: Page, width: int) -> None:
    page.resize(width, 900)

    assert page.js("document.documentElement.scrollWidth") <= width


def test_every_control_and_drawing_has_a_name(page: Page) -> None:
    unnamed = (
        "[...document.querySelectorAll('input, select, button')].filter((one) =>"
        " !(one.textContent.trim() || (one.labels && one.labels.length))).length"
    )
    drawings = "[...document.querySelectorAll('svg')].filter((one) => !one.ariaLabel && !one.ariaHidden).length"

    assert page.js(unnamed) == 0
    assert page.js(drawings) == 0
    assert page.js("document.querySelectorAll('th:not([scope])').length") == 0
    assert page.js("document.querySelectorAll('table:not(:has(caption))').length") == 0


def test_a_narrow_window_leaves_the_tables_tables_for_a_screen_reader(page: Page) -> None:
    page.resize(360, 900)
    tree = page.ask("Accessibility.getFullAXTree")["nodes"]
    roles = Counter(node["role"]["value"] for node in tree if not node["ignored"])

    assert roles["table"] == 3
    assert roles["row"] == 8 + 2 + 1 + 50
    assert (roles["columnheader"], roles["rowheader"]) == (7 + 4 + 7, 4)
    assert page.js("document.querySelectorAll(':is(table, tr, td, th):not([role])').length") == 0


def test_on_paper_the_figures_stay_and_the_controls_go(page: Page) -> None:
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.ask("Emulation.setEmulatedMedia", media="print", features=dark)
    hidden = page.js("getComputedStyle(document.getElementById('filters')).display")
    tag = page.js("getComputedStyle(document.querySelector('.tag.t0')).color")
    page.ask("Emulation.setEmulatedMedia", media="", features=[])

    assert (hidden, tag) == ("none", "rgb(164, 22, 26)")
    assert page.pdf().startswith(b"%PDF-")


def test_without_script_the_figures_are_there(browser: Page, tmp_path: Path) -> None:
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.ask("Page.navigate", url=_written(tmp_path, ROWS).as_uri())
        wait_until(lambda: _WORDS in str(browser.ask("DOM.getDocument", depth=-1)), "the page is shown")
        tree = str(browser.ask("DOM.getDocument", depth=-1))
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)

    assert "The list of invoices needs JavaScript." in tree


def test_sixty_thousand_invoices_sort_in_a_moment(browser: Page, tmp_path: Path) -> None:
    rows = [row(number, total=f"{number % 977}.00", age_days=number % 90) for number in range(60_000)]
    browser.open(_written(tmp_path, rows))
    browser.wait_for("document.querySelectorAll('#rows tbody tr').length === 50")

    took = browser.js(
        "(() => { const began = performance.now(); document.querySelectorAll('#rows th button')[4].click();"
        " return performance.now() - began; })()"
    )

    assert browser.js(IDS)[0] == "976"
    assert took < 3000
