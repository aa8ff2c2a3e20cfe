"""Parts of a run: how they are written and that they make up the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError, UsageError
from jobs.run.shard import WHOLE, Shard, indexed_shard, parse_shard


@pytest.mark.parametrize(("text", "shard"), [("1/1", WHOLE), ("3/16", Shard(3, 16)), (" 16/16 ", Shard(16, 16))])
def test_a_shard_is_written_i_of_n(text: str, shard: Shard) -> None:
    assert parse_shard(text) == shard


@pytest.mark.parametrize(
    "text", ["", "3", "0/16", "17/16", "3/0", "-1/2", "a/b", "1/2/3", "1.5/2", "3 of 16", "1/99999"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_shard(text)

    assert str(refused.value) == (
        f"--shard {text!r} was not understood: expected i/n with 1 <= i <= n, like --shard 3/16."
    )


@given(st.integers(1, 40), st.integers(0, 10_000))
def test_each_account_belongs_to_exactly_one_shard(count: int, account: int) -> None:
    shards = [parse_shard(f"{number}/{count}") for number in range(1, count + 1)]

    assert len([shard for shard in shards if account % shard.count == shard.number - 1]) == 1


@given(st.integers(1, 20), st.integers(1, 16), st.integers(0, 10_000))
def test_a_shard_that_is_split_holds_the_same_accounts(count: int, parts: int, account: int) -> None:
    def holds(shard: Shard) -> bool:
        return account % shard.count == shard.number - 1

    for number in range(1, count + 1):
        shard = Shard(number, count)
        assert [holds(part) for part in shard.split(parts)].count(True) == int(holds(shard))


def test_kubernetes_counts_from_nought() -> None:
    assert [indexed_shard(index, 3) for index in range(3)] == [Shard(1, 3), Shard(2, 3), Shard(3, 3)]


@pytest.mark.parametrize(("index", "count"), [(None, None), (None, 3), (3, None)])
def test_outside_an_indexed_job_a_run_is_whole(index: int | None, count: int | None) -> None:
    assert indexed_shard(index, count) == WHOLE


def test_an_index_beyond_the_count_is_refused() -> None:
    with pytest.raises(ConfigError, match="JOB_COMPLETION_INDEX is 3, but JOB_COMPLETION_COUNT is 3"):
        indexed_shard(3, 3)
