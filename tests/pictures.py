"""Draw the pictures of the documents: `python3 -m tests.pictures console [--all FOLDER]`.

The night of a believable database goes to docs/pictures/console.webp; with --all, every page, light and dark, wide and
narrow, with data and without, goes to a folder to be looked at.
"""

import argparse
import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import make_engine
from sandbox import postgres
from sandbox.up import prepare_pay_database, upgrade
from tests.console.believable import fill
from tests.console.running import console_of
from tests.tasks.stale_invoice_report.chromium import Page, chromium

NOW = datetime(2026, 11, 26, 17, 22, tzinfo=UTC)
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "console.webp"
PHONE = 600
PAGES = {
    "night": "/",
    "runs": "/runs",
    "run": "/runs/791",
    "run-failed": "/runs/796",
    "run-attention": "/runs/794",
    "files": "/files",
    "file": "/files/24",
    "statements": "/statements",
    "statements-day": "/statements/2026-11-25",
    "money": "/money",
    "money-day": "/money/2026-11-24",
    "stuck": "/stuck",
    "outside": "/outside",
    "file-held": "/files/25",
    "message": "/nowhere",
    "find": "/find?kind=invoice&q=31",
}


def main() -> None:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["console"])
    parser.add_argument("--all", type=Path, metavar="FOLDER", dest="folder")
    asked = parser.parse_args()
    with _databases() as (full, empty), chromium() as browser:
        if asked.folder is None:
            with console_of(full, NOW) as url:
                _draw(browser, url, PICTURE, width=1280, height=800)
            return
        asked.folder.mkdir(parents=True, exist_ok=True)
        for kind, address in (("full", full), ("empty", empty)):
            with console_of(address, NOW) as url:
                _draw_all(browser, url, asked.folder, kind)


def _draw_all(browser: Page, url: str, folder: Path, kind: str) -> None:
    for name, path in PAGES.items():
        for look, width, height in (("light", 1280, 800), ("dark", 1280, 800), ("phone", 390, 844)):
            scheme = [{"name": "prefers-color-scheme", "value": "dark" if look == "dark" else "light"}]
            browser.ask("Emulation.setEmulatedMedia", media="", features=scheme)
            _draw(browser, url + path, folder / f"{name}-{kind}-{look}.png", width=width, height=height)


def _draw(browser: Page, url: str, path: Path, *, width: int, height: int) -> None:
    is_phone = width < PHONE
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone)
    browser.ask("Page.navigate", url=url)
    browser.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")
    drawn = browser.ask("Page.captureScreenshot", format=path.suffix[1:], captureBeyondViewport=is_phone)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(drawn["data"]))
    print(path)


@contextmanager
def _databases() -> Iterator[tuple[str, str]]:
    """Yield the addresses of a believable pay database, and of one with nothing in it."""
    with postgres.temporary_server() as server:
        addresses = [postgres.create_database(server, name) for name in ("full", "empty")]
        for address in addresses:
            prepare_pay_database(address, None)
            upgrade(address)
        engine = make_engine(DatabaseSettings(url=SecretStr(addresses[0])), application_name="pictures")
        with engine.connect() as connection:
            fill(connection, NOW)
            connection.commit()
            yield addresses[0], addresses[1]
        engine.dispose()


if __name__ == "__main__":
    main()
