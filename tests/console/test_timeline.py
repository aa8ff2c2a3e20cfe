"""What the time line makes of runs and instants: values in, values out."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from console.answer_cache import AnswerCache
from console.commands import shown
from console.timeline import CLOSE, LETTER_WIDTH, NOW_WIDTH, SIGN_WIDTH, Event, Window, in_words, marks, ticks

NOW = datetime(2026, 11, 26, 17, 22, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(hours=24), NOW, NOW + timedelta(hours=24))
STATES = ("done", "failed", "missed", "attention", "coming")
EVENTS = st.lists(
    st.builds(
        lambda minutes, length, state, run: Event(
            WINDOW.begin + timedelta(minutes=minutes), WINDOW.begin + timedelta(minutes=minutes + length), state, run
        ),
        st.integers(0, 2880),
        st.integers(0, 90),
        st.sampled_from(STATES),
        st.integers(1, 999),
    ),
    max_size=40,
).map(lambda events: sorted(events, key=lambda event: event.begin))


@given(EVENTS)
def test_every_event_is_drawn_once_and_no_sign_hides_another(events: list[Event]) -> None:
    drawn = marks(events, WINDOW)
    signs = [mark for mark in drawn if not mark.is_band]

    assert sum(int(mark.said.split()[0]) if " times " in mark.said else 1 for mark in drawn) == len(events)
    assert all(mark.x >= 0 and mark.width >= 0 for mark in drawn)
    assert all(after.x - before.x >= SIGN_WIDTH - 0.011 for before, after in pairwise(signs))
    assert drawn == sorted(drawn, key=lambda mark: not mark.is_band)


def test_runs_that_went_well_close_together_are_one_band() -> None:
    runs = [
        Event(NOW - timedelta(minutes=minutes), NOW - timedelta(minutes=minutes), "done", minutes)
        for minutes in (300, 120, 115, 110)
    ]

    assert [mark.said for mark in marks(runs, WINDOW)] == [
        "done, Thu 05:22, run 300",
        "3 times done, Thu 08:22 to Thu 08:32, run 110",
    ]
    assert timedelta(minutes=180) > CLOSE


@given(st.integers(0, 60 * 24))
def test_no_words_on_the_axis_run_into_others_or_over_its_ends(minutes: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    said = [one for one in ticks(Window(now - timedelta(hours=24), now, now + timedelta(hours=24))) if one.words]

    for one in said:
        half = len(one.words) * LETTER_WIDTH / 2
        assert half <= one.x <= 100 - half
        assert abs(one.x - 50) >= half + NOW_WIDTH / 2 - 0.01
    assert len(said) >= 11


def test_the_line_in_words_names_trouble_first() -> None:
    events = [Event(NOW, NOW, state) for state in ("done", "done", "coming", "missed", "failed")]

    assert in_words(events) == "1 failed, 1 missed, 2 done, 1 to come"
    assert in_words([]) == "nothing"


def test_the_axis_tells_hours_by_the_clock_in_vancouver() -> None:
    assert [tick.words for tick in ticks(WINDOW)][:6] == ["12", "15", "18", "21", "Thu 26", "03"]


def test_a_command_that_changes_something_is_shown_as_a_dry_run_and_advice_as_it_is() -> None:
    said = {
        "files ignore a.csv --reason x": "python3 invoke_jobs.py files ignore a.csv --reason x --dry-run",
        "python3 invoke_jobs.py PAD_RECONCILE": "python3 invoke_jobs.py PAD_RECONCILE --dry-run",
        "python3 invoke_jobs.py explain file a.csv": "python3 invoke_jobs.py explain file a.csv",
        "ejv preflight": "python3 invoke_jobs.py ejv preflight",
        "verify --days 62": "python3 invoke_jobs.py verify --days 62",
        "compare cfs": "python3 invoke_jobs.py compare cfs --dry-run",
        "Ask CAS; look into its directory.": "Ask CAS; look into its directory.",
    }

    assert {step: command.text for step in said if (command := shown(step))} == said
    assert shown(" ") is None


def test_what_is_kept_is_found_once_until_it_is_old() -> None:
    cache, found = AnswerCache(timedelta(minutes=10)), iter(range(9))

    first = cache.get("a", NOW, lambda: next(found))
    again = cache.get("a", NOW + timedelta(minutes=9), lambda: next(found))
    later = cache.get("a", NOW + timedelta(minutes=10), lambda: next(found))

    assert [one.value for one in (first, again, later)] == [0, 0, 1]
