"""A token is used while it is good and not a moment longer, and what is no token is never sent."""

import threading
from contextlib import suppress
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from access.kept_token import KeptToken, Token, read_token
from config.masking import mask_text


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.floats(1, 7200), st.lists(st.one_of(st.floats(0, 4000), st.just("refused")), max_size=30))
def test_a_token_is_asked_for_when_none_is_good_and_only_then(lifetime: float, story: list[float | str]) -> None:
    clock, numbers = Clock(), count(1)
    made: dict[str, float] = {}

    def fetch() -> Token:
        value = f"token-{next(numbers)}"
        made[value] = clock.now
        return Token(value, lifetime)

    token = KeptToken(fetch, clock=clock)
    expected = 0
    good_until = 0.0
    for step in story:
        if isinstance(step, float):
            clock.now += step
        elif made:
            token.forget(f"token-{expected}")
            good_until = 0.0
        if expected == 0 or clock.now >= good_until:
            expected += 1
            good_until = clock.now + lifetime - min(60, lifetime / 5)
        value = token.current()
        assert value == f"token-{expected}"
        assert clock.now < made[value] + lifetime


def test_threads_that_need_a_token_at_once_get_the_same_one() -> None:
    asked = threading.Barrier(8)
    fetched: list[Token] = []

    def fetch() -> Token:
        fetched.append(Token(f"token-{len(fetched)}", 300))
        return fetched[-1]

    token, got = KeptToken(fetch), []

    def need() -> None:
        asked.wait()
        got.append(token.current())

    threads = [threading.Thread(target=need) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["token-0"] * 8
    assert len(fetched) == 1


def test_a_token_that_another_thread_has_replaced_stays() -> None:
    numbers = count(1)
    token = KeptToken(lambda: Token(f"token-{next(numbers)}", 300))
    first = token.current()
    token.forget(first)
    token.current()

    token.forget(first)

    assert token.current() == "token-2"


@given(st.binary(max_size=80))
def test_any_bytes_are_a_token_or_a_value_error(answer: bytes) -> None:
    with suppress(ValueError):
        read_token(answer)


def test_a_token_that_was_read_is_masked_wherever_it_stands() -> None:
    token = read_token(b'{"access_token": "ya29.one-that-is-secret", "expires_in": "3600"}')

    assert token == Token("ya29.one-that-is-secret", 3600)
    assert "one-that-is-secret" not in mask_text("it said: ya29.one-that-is-secret") + repr(token)
