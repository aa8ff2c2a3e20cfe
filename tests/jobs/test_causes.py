"""What was refused many times for one reason is one line; nothing of another kind hides in it."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.run.causes import attention_table, by_cause
from jobs.run.outcome import Reject

REJECTS = st.builds(
    Reject,
    st.text(max_size=8),
    st.sampled_from(["held", "no invoice", "no invoice 7"]),
    st.sampled_from(["", "REG00000001 is not known", "REG00000002 is not known", "it is empty"]),
    amount=st.none() | st.decimals(-1000, 1000, places=2),
)


def test_the_same_cause_498_times_is_one_row_with_the_amount_and_three_examples() -> None:
    rejects = [
        Reject(f"line {n}", "no invoice", f"REG{n:08} is not known", f"explain {n}", Decimal("8.50"))
        for n in range(498)
    ]

    table = attention_table([*rejects, Reject("a.csv", "held", "it is empty")])

    assert table.title == "Needs attention: 499 times"
    assert [tuple(row) for row in table.rows] == [
        (498, "no invoice", "line 0, line 1, line 2, and 495 more", Decimal("4233.00"),
         "REG00000000 is not known", "explain 0"),
        (1, "held", "a.csv", None, "it is empty", ""),
    ]  # fmt: skip


@settings(max_examples=50)
@given(st.lists(REJECTS, max_size=20))
def test_every_reject_and_every_cent_is_in_one_cause(rejects: list[Reject]) -> None:
    causes = by_cause(rejects)

    assert sum(one.times for one in causes) == len(rejects)
    amounts = [one.amount for one in rejects if one.amount is not None]
    assert sum(one.amount or 0 for one in causes) == sum(amounts)
    assert {one.reason.rstrip(" 7") for one in causes} == {one.reason.rstrip(" 7") for one in rejects}


def test_a_word_of_a_million_letters_is_one_cause_too() -> None:
    word = "<i>x" * 250_000

    assert [one.times for one in by_cause([Reject("line 2", word, word), Reject("line 3", word, f"{word} 7")])] == [
        1,
        1,
    ]
