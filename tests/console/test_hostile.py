"""Hostile text in every field changes nothing but its own cell."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from console.app import PAGES, console_app
from tests.console.conftest import NOW
from tests.console.running import Asker, OneTransaction, surroundings

ARTIFACT = "/runs/{run:int}/artifacts/{artifact:int}"
SHOWN = [page for page in PAGES if page != ARTIFACT]
SCRIPT = "\"></td></table><script>alert(1)</script><img src=x onerror='alert(2)'>"
TURNED = "\u202eevil\u2066\u200f\u05d0\u05d1 & <b>' \" ` </title>\r\n\x1b[2J"
LONG = "<i>x" * 2500
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
# What is asked of a text of the database to be where people read it; the part before :text keeps it what it is.
FILL = (
    "UPDATE pay_jobs.job_runs SET command = 'x' || :text, reason = 'x' || :text, pod = 'x' || :text,"
    " version = 'x' || :text, error = 'x' || :text, triggered_by = 'hand:x' || :text,"
    " notes = CAST(:list AS jsonb), artifacts = CAST(:list AS jsonb), counts = CAST(:counts AS jsonb),"
    " log = CAST(:log AS jsonb)",
    "UPDATE pay_jobs.job_runs SET job = 'x' || :text WHERE id = (SELECT max(id) FROM pay_jobs.job_runs)",
    "UPDATE pay_jobs.run_rejects SET place = 'x' || :text, reason = 'x' || :text, detail = 'x' || :text,"
    " command = 'outbox retry 1 x' || :text",
    "UPDATE pay_jobs.inbound_files SET name = 'x' || :text, reason = 'x' || :text, object_key = 'x' || :text",
    "UPDATE pay_jobs.settlement_rows SET rule = 'x' || :text, detail = 'x' || :text, kind = 'x' || :text,"
    " record_type = 'x' || :text, customer_account = 'x' || :text",
    "UPDATE pay_jobs.operations SET kind = 'x' || :text, why = 'x' || :text, command = 'outbox retry 1 x' || :text,"
    " subject = id || 'x' || :text",
    "UPDATE pay_jobs.outbox SET kind = 'x' || :text, last_error = 'x' || :text, ordering_key = 'x' || :text",
    "UPDATE payment_accounts SET name = left('x' || :text, 250), auth_account_id = left(id || 'x' || :text, 50)",
    "UPDATE invoices SET created_by = left('x' || :text, 50)",
)


class Skeleton(HTMLParser):
    """The tags of a page with the names of their attributes, in order; a text of several lines has as many <br>."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.parts.append((tag, *sorted(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append((f"/{tag}",))


@pytest.fixture(scope="module")
def pages_with(owner: Engine, reader_address: str, paths: dict[str, str]) -> Iterator[Callable[[str], dict[str, str]]]:
    """Shows every page with one text in every field."""
    around = surroundings(reader_address, NOW)
    with closing(around.reader), owner.connect() as connection:
        shown = console_app(replace(around, reader=OneTransaction(connection)))  # type: ignore[arg-type]
        client = Asker(shown)

        def pages(said: str) -> dict[str, str]:
            point = connection.begin_nested()
            line = {"timestamp": NOW.isoformat(), "level": f"x{said}", "event": f"x{said}", "exception": f"x{said}"}
            values = {"text": said, "list": json.dumps([f"x{said}"]), "counts": json.dumps({f"x{said}": 1})}
            values["log"] = json.dumps([{**line, "facts": [[f"x{said}", f"x{said}"]]}])
            for statement in FILL:
                connection.execute(text(statement), values)
            answers = {page: client.get(paths[page]) for page in SHOWN}
            point.rollback()
            assert {answer.status_code for answer in answers.values()} == {200}
            return {page: answer.text for page, answer in answers.items()}

        yield pages
        connection.rollback()


@pytest.fixture(scope="module")
def harmless(pages_with: Callable[[str], dict[str, str]]) -> dict[str, list[tuple[str, ...]]]:
    return {page: Skeleton(shown).parts for page, shown in pages_with("plain").items()}


@example(SCRIPT)
@example(TURNED)
@example(LONG)
@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(TEXTS)
def test_hostile_text_changes_nothing_but_its_own_cell(
    pages_with: Callable[[str], dict[str, str]], harmless: dict[str, list[tuple[str, ...]]], said: str
) -> None:
    for page, shown in pages_with(said).items():
        assert Skeleton(shown).parts == harmless[page], page
        assert len(shown.encode()) < 200_000, page
        assert not {"\u202e", "\u2066", "\u200f", "\x1b"} & set(shown), page
