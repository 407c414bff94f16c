"""Sizes and times are read exactly as written, or refused in one sentence."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinglet.errors import InputError
from kinglet.targets import format_size, parse_duration, parse_size, parse_time

numbers = st.integers(0, 10**9)
decimals = st.decimals(0, 10**6, places=3).map(str)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("32K", 32768),
        ("512", 512),
        ("1M", 1048576),
        ("1.5k", 1536),
        (" 64 KB ", 65536),
        ("2MiB", 2**21),
    ],
)
def test_sizes(text, size):
    assert parse_size(text) == size


@given(numbers, st.sampled_from([("", 1), ("K", 1024), ("k", 1024), ("M", 1024**2), ("KiB", 1024)]))
def test_k_is_1024(number, unit):
    assert parse_size(f"{number}{unit[0]}") == number * unit[1]


@given(st.integers(0, 10**9))
def test_a_printed_size_reads_back_to_one_decimal(size):
    unit = 1024**2 if size >= 1024**2 else 1024 if size >= 1024 else 1
    assert abs(parse_size(format_size(size)) - size) <= 0.05 * unit + 1


def test_sizes_are_printed_as_people_read_them():
    assert [format_size(n) for n in (0, 1023, 1024, 15872, 512 * 1024, 2 * 1024**2)] == (
        ["0 B", "1023 B", "1 KB", "15.5 KB", "512 KB", "2 MB"]
    )


def test_times():
    assert parse_time("20ms") == 0.020
    assert (parse_duration("60s"), parse_duration("2m"), parse_duration("1h")) == (60, 120, 3600)


@given(
    decimals,
    st.sampled_from([("s", 1), ("ms", 10**3), ("us", 10**6), ("µs", 10**6), ("ns", 10**9)]),
)
def test_a_time_is_the_nearest_float(number, unit):
    assert parse_time(f"{number} {unit[0]}") == float(Fraction(number) / unit[1])


@given(
    numbers.filter(lambda number: number > 0),
    st.sampled_from([("s", 1), ("m", 60), ("h", 3600), ("H", 3600)]),
)
def test_durations(number, unit):
    assert parse_duration(f"{number}{unit[0]}") == number * unit[1]


@pytest.mark.parametrize(
    "text", ["", "K", "-1K", "1.5", "1e3", "32G", "32 K B", "٣K", "1_000", "nan"]
)
def test_what_is_no_size_is_refused(text):
    with pytest.raises(InputError, match=r"is not a size: .*32K"):
        parse_size(text)


@pytest.mark.parametrize("read", [parse_time, parse_duration])
@pytest.mark.parametrize("text", ["", "20", "ms", "-1s", "1 d", "infs", "1s 2s"])
def test_a_time_needs_a_number_and_a_unit(read, text):
    with pytest.raises(InputError, match="write a number and s, "):
        read(text)


@given(st.text())
def test_any_text_gives_a_finite_value_or_an_input_error(text):
    for read in (parse_size, parse_time, parse_duration):
        try:
            assert 0 <= read(text) < float("inf")
        except InputError as error:
            assert text in str(error)
