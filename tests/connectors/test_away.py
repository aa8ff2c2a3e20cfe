"""A system that answers nothing a few times in a row is left alone."""

from config.errors import InputRefused, SourceUnavailable
from connectors.away import GIVE_UP_AFTER, AwayCounter


def test_a_system_is_away_after_a_few_attempts_in_a_row_that_it_did_not_answer() -> None:
    counter = AwayCounter()
    for _ in range(GIVE_UP_AFTER - 1):
        counter.note(SourceUnavailable("no answer"))
    assert not counter.is_away

    counter.note(SourceUnavailable("no answer"))

    assert counter.is_away


def test_an_answer_begins_the_count_anew_even_if_it_is_a_refusal() -> None:
    counter = AwayCounter(2)

    for error in (SourceUnavailable("no answer"), InputRefused("no"), SourceUnavailable("no answer"), None):
        counter.note(error)

    assert not counter.is_away
