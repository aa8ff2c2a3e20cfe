from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ExitCode, UsageError
from tests.jobs.conftest import RunJob
from tests.tools.hand_tools.conftest import Sql
from tools.compare_bcol import JOB
from tools.compare_bcol.arguments import Arguments
from tools.compare_bcol.export import BcolRecord, read_export


def invoice(
    sql: Sql, number: int, total: str, fee: str = "1.50", status: str = "PAID", on: str = "2021-11-02",
    refunded: str | None = None,
) -> None:  # fmt: skip
    sql(
        "INSERT INTO invoices"
        " (id, created_by, created_on, invoice_status_code, total, service_fees, payment_method_code, refund_date)"
        " VALUES (%s, 'x', %s, %s, %s, %s, 'DRAWDOWN', %s)",
        (number, f"{on} 20:00", status, total, fee, refunded),
    )
    sql(
        "INSERT INTO invoice_references (invoice_id, invoice_number, status_code) VALUES (%s, %s, 'COMPLETED')",
        (number, f"REG{number:08}"),
    )


def compare(run_job: RunJob, tmp_path: Path, *lines: str, header: str = "KEY,AMOUNT,DATE", **values: Any) -> Any:
    export = tmp_path / "export.csv"
    export.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return run_job(JOB, file=export, **values)


LINES = [f"REG{number:08},10.00,2021-11-02" for number in range(1, 7)]


def read(folder: Path, content: str) -> list[BcolRecord]:
    path = folder / "export.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(read_export(Arguments(path), today=date(2022, 6, 26)))


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (("REG00000003,10.00", 'REG00000003,"10.00'), 4),
        (("REG00000003,10.00", '"REG00000003,10.00'), 4),
        (("REG00000004", "REG0000\x000004"), 5),
        (("REG00000004", "R" * 131_073), 5),
        (("KEY", '"KEY'), 1),
    ],
    ids=["an open quote", "an open key", "a NUL", "a long field", "an open header"],
)
def test_invalid_csv_is_refused_with_its_line(tmp_path: Path, damage: tuple[str, str], line: int) -> None:
    content = "\n".join(["KEY,AMOUNT,DATE", *LINES]) + "\n"

    with pytest.raises(UsageError, match=rf"export.csv is not CSV from line {line} on"):
        read(tmp_path, content.replace(*damage))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 6), column=st.integers(0, 27), mark=st.sampled_from(['"', "\x00", '""', '"\r\n']))
def test_no_damage_makes_a_billed_record_disappear(tmp_path: Path, place: int, column: int, mark: str) -> None:
    lines = ["KEY,AMOUNT,DATE", *LINES]
    lines[place] = lines[place][:column] + mark + lines[place][column:]

    try:
        records = read(tmp_path, "\n".join(lines) + "\n")
    except UsageError:
        return
    whole = [one.key for one in records if one.problem is None and len(one.key) == len("REG00000001")]
    assert len(records) >= len(LINES)
    assert len({*whole} & {line.partition(",")[0] for line in LINES}) >= len(LINES) - 1


def verdicts(result: Any) -> dict[str, str]:
    return {row[0]: row[4] for table in result.outcome.tables for row in table.rows}


def test_amounts_agree_without_the_service_fee(run_job: RunJob, sql: Sql, tmp_path: Path) -> None:
    invoice(sql, 1788290, "31.50")

    result = compare(run_job, tmp_path, "REG01788290,30.00,2021-11-02")

    assert result.exit_code == ExitCode.DONE, result.error
    assert result.outcome.counts["differences"] == 0


def test_differences_are_told_in_both_directions(run_job: RunJob, sql: Sql, tmp_path: Path) -> None:
    invoice(sql, 1, "31.50")
    invoice(sql, 2, "20.00")
    invoice(sql, 3, "10.00")

    result = compare(run_job, tmp_path, "REG00000001,30.00,2021-11-02", "REG00000002,20.00,2021-11-02",
                     "REG00000009,5.00,2021-11-02")  # fmt: skip

    assert result.exit_code == ExitCode.ATTENTION
    assert verdicts(result) == {
        "REG00000002": "amounts differ",
        "REG00000003": "our invoice, not billed by BC Online",
        "REG00000009": "billed by BC Online, no invoice of ours",
    }
    assert dict(result.outcome.counts) == {
        "records_read": 3, "differences": 3, "amounts_differ": 1, "only_at_bc_online": 1, "only_ours": 1,
    }  # fmt: skip


def test_several_records_of_one_key_are_added_up(run_job: RunJob, sql: Sql, tmp_path: Path) -> None:
    invoice(sql, 1, "31.50")

    result = compare(run_job, tmp_path, "REG00000001,20.00,2021-11-02", "REG00000001,10.00,2021-11-02")

    assert result.exit_code == ExitCode.DONE


CHARGE, REFUND = "REG00000001,30.00,2021-11-02", "REG00000001,-30.00,2021-11-04"


@pytest.mark.parametrize(
    ("status", "lines", "agrees"),
    [
        ("REFUNDED", [CHARGE, REFUND], True),
        ("REFUNDED", [CHARGE], False),
        ("REFUNDED", [REFUND], False),
        ("REFUNDED", [CHARGE, "REG00000001,-20.00,2021-11-04"], False),
        ("REFUND_REQUESTED", [CHARGE, REFUND], True),
        ("REFUND_REQUESTED", [CHARGE], True),
        ("REFUND_REQUESTED", [CHARGE, REFUND, REFUND], False),
        ("PAID", [CHARGE, REFUND], False),
        ("PAID", [REFUND], False),
        ("CANCELLED", [CHARGE], False),
        ("CANCELLED", [CHARGE, REFUND], True),
    ],
)
def test_a_refund_is_a_second_record_of_the_key(
    run_job: RunJob, sql: Sql, tmp_path: Path, status: str, lines: list[str], agrees: bool
) -> None:
    invoice(sql, 1, "31.50", status=status, refunded="2021-11-05 06:00" if status == "REFUNDED" else None)
    invoice(sql, 2, "11.50")
    invoice(sql, 3, "11.50", on="2021-11-05")

    result = compare(run_job, tmp_path, *lines, "REG00000002,10.00,2021-11-02", "REG00000003,10.00,2021-11-05")

    assert verdicts(result) == ({} if agrees else {"REG00000001": "amounts differ"})


@pytest.mark.parametrize(
    ("line", "agrees"),
    [
        ("REG00000001,-30.00,2021-11-04", True),
        ("REG00000001,-20.00,2021-11-04", False),
        ("REG00000001,30.00,2021-11-04", False),
    ],
)
@pytest.mark.parametrize("status", ["REFUNDED", "PAID"])
def test_of_what_was_charged_before_the_days_of_the_export_only_the_refund_is_in_it(
    run_job: RunJob, sql: Sql, tmp_path: Path, status: str, line: str, agrees: bool
) -> None:
    invoice(sql, 1, "31.50", status=status, on="2021-10-02", refunded="2021-11-05 06:00")

    result = compare(run_job, tmp_path, line, "REG00000001,0.00,2021-11-05")

    expected = agrees if status == "REFUNDED" else line.startswith("REG00000001,30")
    assert verdicts(result) == ({} if expected else {"REG00000001": "amounts differ"})


def test_what_was_refunded_after_the_days_of_the_export_is_charged_in_it(
    run_job: RunJob, sql: Sql, tmp_path: Path
) -> None:
    invoice(sql, 1, "31.50", status="REFUNDED", refunded="2021-11-20 06:00")

    assert verdicts(compare(run_job, tmp_path, CHARGE)) == {}


def test_our_invoices_outside_the_days_of_the_export_are_not_missed(run_job: RunJob, sql: Sql, tmp_path: Path) -> None:
    invoice(sql, 1, "31.50")
    invoice(sql, 2, "31.50", on="2021-11-05")
    invoice(sql, 3, "31.50", status="CANCELLED")

    result = compare(run_job, tmp_path, "REG00000001,30.00,2021-11-02")

    assert verdicts(result) == {}


def test_lines_that_cannot_be_read_are_kept_for_a_person(run_job: RunJob, sql: Sql, tmp_path: Path) -> None:
    invoice(sql, 1, "31.50")

    result = compare(run_job, tmp_path, "REG00000001,30.00,2021-11-02", ",1.00,2021-11-02", "REG2,x,2021-11-02",
                     "REG3,1.00,02/11/21")  # fmt: skip

    assert result.exit_code == ExitCode.ATTENTION
    assert [reject.where.rpartition(" ")[2] for reject in result.outcome.rejects] == ["3", "4", "5"]


@pytest.mark.parametrize("day", ["9999-12-31", "2206-11-02", "0206-11-02"])
def test_a_day_that_cannot_be_meant_is_kept_for_a_person_and_moves_no_bounds(
    run_job: RunJob, sql: Sql, tmp_path: Path, day: str
) -> None:
    invoice(sql, 1, "31.50", status="REFUNDED", refunded="2021-11-20 06:00")
    invoice(sql, 2, "31.50", on="2021-10-02")

    result = compare(run_job, tmp_path, CHARGE, f"REG00000002,30.00,{day}")

    assert verdicts(result) == {}
    assert [reject.detail for reject in result.outcome.rejects] == [f"date '{day}' is not between 2000 and today"]


def test_other_columns_and_dates_can_be_named(run_job: RunJob, sql: Sql, tmp_path: Path) -> None:
    invoice(sql, 1, "31.50")

    columns = {"key_column": "Billing Key", "amount_column": "TOTAL", "date_column": "DAY", "date_format": "%d-%b-%y"}
    line = '02-Nov-21,reg00000001,"$30.00"'

    result = compare(run_job, tmp_path, line, header="day,billing key,Total", **columns)

    assert result.exit_code == ExitCode.DONE, result.error


def test_a_missing_column_is_named_with_those_there_are(run_job: RunJob, tmp_path: Path) -> None:
    result = compare(run_job, tmp_path, "a,b", header="one,two")

    assert result.exit_code == ExitCode.USAGE
    assert "no column KEY, AMOUNT, DATE (found: one, two)" in (result.error or "")


def test_an_export_without_a_readable_record_is_refused(run_job: RunJob, tmp_path: Path) -> None:
    result = compare(run_job, tmp_path, "REG1,x,y")

    assert "no billing record that can be read" in (result.error or "")


def test_a_file_that_is_not_there_is_a_usage_error() -> None:
    with pytest.raises(click.BadParameter, match=r"There is no file nowhere\.csv \(looked in "):
        click.Command("bcol", params=list(JOB.parameters)).make_context("bcol", ["--file", "nowhere.csv"])


@pytest.mark.parametrize("amount", ["1,234.50", "$1234.50", "1234.5"])
def test_amounts_are_read_as_people_write_them(run_job: RunJob, sql: Sql, tmp_path: Path, amount: str) -> None:
    invoice(sql, 1, "1236.00")

    assert compare(run_job, tmp_path, f'REG00000001,"{amount}",2021-11-02').exit_code == ExitCode.DONE
