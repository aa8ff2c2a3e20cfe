"""GENERATE_STATEMENTS: docs/decisions/generate-statements.md."""

from datetime import date

from tools.compare_shadow.decisions.reading import ShadowDecision, has_changed, is_at, is_change
from tools.compare_shadow.merging import ShadowDifference

_EMPTY = [("true", "true")]


def _methods_are_sorted(one: ShadowDifference) -> bool:
    if not is_at(one, "statements.payment_methods") or one.theirs is None or one.ours is None:
        return False
    return one.ours.split(",") == sorted(one.theirs.split(","))


def _statement_is_made_once(one: ShadowDifference) -> bool:
    return one.table in ("statements", "statement_invoices") and one.is_only_theirs and " #" in one.key


def _notice_is_kept(one: ShadowDifference) -> bool:
    return is_change(one, "statements.notification_status_code", [("SKIP", "PENDING")])


def _second_is_emptied(one: ShadowDifference) -> bool:
    """Of statements of one period that were there before, the second keeps nothing."""
    if one.table != "statements" or " #" not in one.key:
        return False
    return is_change(one, "statements.is_empty", [("false", "true")]) or is_change(
        one, "statements.notification_status_code", [("PENDING", "SKIP")]
    )


def _sunday_has_its_statement(one: ShadowDifference) -> bool:
    if one.table not in ("statements", "statement_invoices") or not one.is_only_ours or one.our_row is None:
        return False
    _, frequency, first, last, *_ = one.key.split(" ")
    return frequency == "WEEKLY" and first == last and date.fromisoformat(last).isoweekday() == 7


def _day_is_listed_once(one: ShadowDifference) -> bool:
    if one.table == "statement_invoices":
        return one.is_only_theirs
    return is_at(one, "statements.is_empty", "statements.payment_methods")


def _method_of_the_time(one: ShadowDifference) -> bool:
    if one.table == "statement_invoices":
        return one.column == ""
    return is_change(one, "statements.is_empty", [("true", "false"), ("false", "true")]) or (
        is_at(one, "statements.payment_methods") and not has_changed(one, "is_empty", _EMPTY)
    )


def _empty_has_the_method_of_the_time(one: ShadowDifference) -> bool:
    return is_at(one, "statements.payment_methods") and has_changed(one, "is_empty", _EMPTY)


DECISIONS = (
    ShadowDecision("D-STA-01", _methods_are_sorted),
    ShadowDecision("D-STA-02", _statement_is_made_once),
    ShadowDecision("D-STA-03", _notice_is_kept),
    ShadowDecision("D-STA-04", _second_is_emptied),
    ShadowDecision("D-STA-05", _sunday_has_its_statement),
    ShadowDecision("D-STA-06", _day_is_listed_once, on_evidence=True),
    ShadowDecision("D-STA-07", _method_of_the_time, on_evidence=True),
    ShadowDecision("D-STA-08", _empty_has_the_method_of_the_time, on_evidence=True),
)
