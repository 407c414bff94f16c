import os
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinglet.errors import InputError
from kinglet.signals import read_classes, read_signals, table
from kinglet.signals.table import read_table
from tests.signals.files import SEPARATORS, join, make_rows, parse

DATA = Path(os.environ.get("KINGLET_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture
def file(tmp_path):
    """Write a file and give its path."""

    def write(text: str | bytes, name: str = "a.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(path, axes: int = 1, **options) -> str:
    """Read a bad file and give the sentence, checked to be one that names the file."""
    with pytest.raises(InputError) as caught:
        read_signals(path, axes, **options)
    message = str(caught.value)
    assert str(path) in message
    assert message.endswith(".") and "\n" not in message and "; " in message
    return message


# What is read


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("trailing", [False, True])
def test_every_separator_line_ending_and_trailing_separator_reads_alike(
    file, separator, end, trailing
):
    rows = make_rows()
    path = file(join(rows, separator, end, separator if trailing else ""))
    np.testing.assert_array_equal(
        read_signals(path, 1).values[:, :, 0], np.array(rows, float).astype(np.float32)
    )


@pytest.mark.parametrize("ending", ["", "\n", "\n\n \n\t\n", "\r\n\r\n"])
def test_the_end_of_the_file_does_not_matter(file, ending):
    path = file(join(make_rows()).rstrip("\n") + ending)
    assert len(read_signals(path, 1)) == 12


def test_axes_are_interleaved_and_lines_numbered(file):
    rows = [[str(100 * line + value) for value in range(12)] for line in range(10)]
    signals = read_signals(file(join(rows)), 3, 200.0, group=4)
    assert signals.values.shape == (10, 4, 3)
    np.testing.assert_array_equal(signals.values[2, 1], [203, 204, 205])
    np.testing.assert_array_equal(signals.line, np.arange(1, 11))
    assert set(signals.group) == {4}
    assert signals.rate == 200.0
    assert signals.files[0].endswith("a.csv")


def test_few_lines_are_a_warning(file):
    path = file(join(make_rows(59, 6)))
    (warning,) = read_signals(path, 3).warnings
    assert str(path) in warning and "59 lines" in warning and "60" in warning
    assert not read_signals(file(join(make_rows(60, 6))), 3).warnings


@pytest.mark.parametrize("length", [2, 8192])
def test_the_shortest_and_the_longest_signal(file, length):
    assert read_signals(file(join([["1"] * length] * 10)), 1).length == length


def test_single_samples_where_the_project_is_of_single_samples(file):
    signals = read_signals(file(join(make_rows(20, 3))), 3, require_power_of_two=False)
    assert signals.values.shape == (20, 1, 3)


SPELLINGS = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.from_regex(
        r"[+-]?([0-9]{1,9}\.?[0-9]{0,30}|\.[0-9]{1,9})([eE][+-]?[0-9]{1,2})?", fullmatch=True
    ),
).filter(lambda cell: abs(float(cell)) < 9e11)  # false for nan


@settings(max_examples=60, deadline=None)
@given(st.lists(SPELLINGS, min_size=16, max_size=16), st.sampled_from(SEPARATORS))
def test_every_spelling_of_a_number_becomes_the_float32_of_its_double(
    tmp_path_factory, cells, separator
):
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    path.write_text(join([[*cells, *make_rows(1)[0]]] * 10, separator))
    expected = np.array([float(cell) for cell in cells]).astype(np.float32)
    values = read_signals(path, 1, require_power_of_two=False).values
    np.testing.assert_array_equal(values[7, :16, 0].view(np.int32), expected.view(np.int32))


def test_memory_stays_below_twice_the_file(file):
    path = file(join(make_rows(3000, 128)))
    tracemalloc.start()
    read_signals(path, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * path.stat().st_size


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SEPARATORS),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.sampled_from(["whole", "no newline", "\n\n", " \n\t\n \n" * 9]),
    st.integers(1, 40),
    st.integers(1, 1500),
)
def test_where_a_file_is_cut_into_pieces_does_not_matter(
    tmp_path_factory, separator, end, trailing, ending, n, piece
):
    text = join(make_rows(n), separator, end, separator.strip(" ") if trailing else "")
    if ending != "whole":
        text = text.removesuffix(end) + (ending if ending != "no newline" else "")
    path = tmp_path_factory.getbasetemp() / "pieces.csv"
    path.write_bytes(text.encode())
    expected = np.array(parse(text, separator)).astype(np.float32)
    np.testing.assert_array_equal(read_table(path, piece=piece), expected)
    np.testing.assert_array_equal(read_table(path), expected)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("trailing", [False, True])
def test_ordinary_files_need_no_careful_reading(file, monkeypatch, separator, end, trailing):
    text = join(make_rows(200), separator, end, separator.strip(" ") if trailing else "")
    monkeypatch.setattr(table, "_read_carefully", None)
    assert read_table(file(text), piece=1000).shape == (200, 8)


def test_the_shared_recordings_read_as_numpy_reads_them():
    if not DATA.is_dir():
        pytest.skip(f"no recordings at {DATA}; set KINGLET_DATA")
    for name, axes in [("ad/pump_windows", 8), ("occ/toothbrushing", 3), ("ad/bearing_cwru", 1)]:
        path = DATA / name / "train" / "normal.csv"
        expected = np.loadtxt(path, delimiter=",").astype(np.float32)
        signals = read_signals(path, axes)
        np.testing.assert_array_equal(signals.values.reshape(len(signals), -1), expected)


# What is refused


def with_cell(text: str, line: int = 4, column: int = 5, separator: str = ",") -> str:
    """Put a text into a cell of a good file."""
    rows = make_rows()
    rows[line - 1][column - 1] = text
    return join(rows, separator)


def with_line(text: str, line: int) -> str:
    """Put a line before a line of a good file."""
    lines = join(make_rows()).split("\n")
    return "\n".join([*lines[: line - 1], text, *lines[line - 1 :]])


def with_changed_line(change, line: int = 6, separator: str = ",") -> str:
    lines = join(make_rows(), separator).split("\n")
    lines[line - 1] = change(lines[line - 1])
    return "\n".join(lines)


def with_decimal_commas(separator: str) -> str:
    return join(make_rows(), separator).replace(".", ",")


FIRST = make_rows()[0][0].replace(".", ",")


@pytest.mark.parametrize(
    ("text", "line", "column", "found", "mend"),
    [
        (with_line("ax,ay,az", 1), 1, 1, "header 'ax,ay,az'", "delete this line"),
        (with_line("time [s]", 1), 1, 1, "header 'time [s]'", "delete this line"),
        (with_decimal_commas(";"), 1, 1, f"'{FIRST}', a decimal comma", "decimal point"),
        (with_decimal_commas(" "), 1, 1, f"'{FIRST}', a decimal comma", "decimal point"),
        (with_decimal_commas("\t"), 1, 1, f"'{FIRST}', a decimal comma", "decimal point"),
        (with_decimal_commas(","), 2, 7, "'0,041', which looks like a decimal comma", "points"),
        (with_cell("0,5", separator=";"), 4, 5, "'0,5', a decimal comma", "'0.5'"),
        (with_cell("abc"), 4, 5, "'abc' where a number", "correct"),
        (with_cell("abc", 1), 1, 5, "'abc' where a number", "correct"),
        (with_cell("x" * 500), 4, 5, "'" + "x" * 29 + "...'", "correct"),
        (with_cell("1_0"), 4, 5, "'1_0'", "correct"),
        (with_cell("٣"), 4, 5, "'٣'", "correct"),
        (with_cell("0x1f"), 4, 5, "'0x1f'", "correct"),
        (with_cell("1.2.3"), 4, 5, "'1.2.3'", "correct"),
        (with_cell("12:30:05"), 4, 5, "'12:30:05'", "correct"),
        (with_cell('"0.5"'), 4, 5, "quotation marks", "remove"),
        (with_cell("NaN"), 4, 5, "'NaN', which is not a finite", "measured value"),
        (with_cell("-inf", 1), 1, 5, "'-inf', which is not a finite", "measured value"),
        (with_cell("1e12"), 4, 5, "'1e12', which is 1e12 or more", "unit"),
        (with_cell("-1e999", 12, 8), 12, 8, "'-1e999', which is 1e12 or more", "unit"),
        (with_cell(""), 4, 5, "an empty cell", "fill in"),
        (with_cell("", 1, 1, "\t"), 1, 1, "an empty cell", "fill in"),
        (with_cell("", 12, 8, ";"), 12, 8, "an empty cell", "fill in"),
        (with_changed_line(lambda line: line[:-12], line=1), 1, 7, "6 of 8 values", "complete"),
        (with_changed_line(lambda line: line[:-12], line=12), 12, 7, "6 of 8 values", "complete"),
        (with_changed_line(lambda line: line + ",7,8"), 6, 9, "'7' on a line of 10", "shorten"),
        (with_changed_line(lambda line: line + ","), 6, 9, "an empty cell", "fill in"),
        (with_line("", 6), 6, 1, "an empty line", "delete"),
        (with_line("", 1), 1, 1, "an empty line", "delete"),
        (with_changed_line(lambda line: line.replace(",", ";")), 6, 1, "semicolons", "separator"),
        (with_changed_line(lambda line: line.replace(",", " ", 1)), 6, 1, "spaces", "separator"),
        (with_changed_line(lambda line: line.replace(" ", "\t", 1), separator=" "),
         6, 1, "tabs", "separator"),
        (with_changed_line(lambda line: line.replace(" ", ",", 1), separator=" "),
         6, 1, "commas", "separator"),
        (join([["1", "2", "3", "4"]] * 11, " ") + "1 2,3 4\n", 12, 2, "commas", "separator"),
        (join(make_rows()).replace(",", ";", 1), 1, 1, "semicolons", "separator"),
        (with_cell("1\0", 9), 9, 5, "NUL", "plain text"),
        (join(make_rows(2000)) + "\0", 2001, 1, "binary", "plain text"),
        (join(make_rows()).encode("utf-16"), 1, 1, "UTF-16", "UTF-8"),
        (join(make_rows()).encode("utf-16-le"), 1, 1, "UTF-16", "UTF-8"),
        (join(make_rows()).encode("utf-16-be"), 1, 1, "UTF-16", "UTF-8"),
        (join(make_rows()).encode("utf-8-sig"), 1, 1, "byte order mark", "without BOM"),
        (join([["1"]] * 20), 1, 1, "one sample", "--multisensor"),
        (join([["1"] * 6] * 20), 1, 6, "6 samples", "4 or 8"),
        (join([["1"] * 9000] * 10), 1, 9000, "9000 samples", "of 8192 samples"),
        (join([["1"] * 16384] * 10), 1, 16384, "16384 values", "shorter"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_of_place_finding_and_mend(file, text, line, column, found, mend):
    message = refusal(file(text))
    assert f"a.csv, line {line}, column {column}: " in message
    assert found in message.split("; ")[0]
    assert mend in message.split("; ")[1]


@pytest.mark.parametrize("piece", [1, 50, 1000, 10**6])
@pytest.mark.parametrize(
    ("text", "column", "found"),
    [
        ("abc", 5, "'abc' where a number"),
        ("NaN", 5, "'NaN', which is not a finite"),
        ("", 5, "an empty cell"),
        ("1e12", 5, "'1e12', which is 1e12 or more"),
        ("1,2", 9, "on a line of 9 values"),
        ("1\n2", 6, "5 of 8 values"),
        ("1 2", 5, "'1 2' with spaces"),
        ("1e", 5, "'1e' where a number"),
        ("\N{MINUS SIGN}1", 5, "where a number"),
    ],
)
def test_a_fault_far_down_is_named_by_its_line_in_the_file(file, piece, text, column, found):
    rows = make_rows(400)
    rows[332][4] = text
    with pytest.raises(InputError) as caught:
        read_table(file(join(rows)), piece=piece)
    assert f"a.csv, line 333, column {column}: " in str(caught.value)
    assert found in str(caught.value)


@pytest.mark.parametrize("piece", [1, 50, 1000, 10**6])
def test_blank_lines_far_down_may_end_a_file_but_not_part_it(file, piece):
    text = join(make_rows(400))
    assert len(read_table(file(text + "\n" * 300), piece=piece)) == 400
    with pytest.raises(InputError, match="line 401, column 1: found an empty line between signals"):
        read_table(file(text + "\n" * 300 + text), piece=piece)


@pytest.mark.parametrize(
    ("text", "found"), [("", "empty"), ("\n \n", "empty"), (join(make_rows(9)), "after line 9")]
)
def test_too_few_lines(file, text, found):
    assert found in refusal(file(text))


def test_one_line_is_enough_where_nothing_is_learned(file):
    assert len(read_signals(file(join(make_rows(1))), 1, min_lines=1)) == 1


def test_a_trailing_separator_ends_each_line_or_none(file):
    lines = join(make_rows(), trailing=",").split("\n")[:12]
    assert len(read_signals(file("\n".join(lines)), 1)) == 12
    torn, longer = lines.copy(), lines.copy()
    torn[6] = torn[6].rstrip(",")
    longer[6] += "5"
    assert "line 7, column 8: the line ends with" in refusal(file("\n".join(torn)))
    assert "line 7, column 9: found '5' on a line of 9" in refusal(file("\n".join(longer)))


def test_zero_padded_integers_are_no_decimal_commas(file):
    rows = [[f"{value:03d}" for value in range(line, line + 8)] for line in range(10)]
    assert read_signals(file(join(rows)), 1).values[0, 7, 0] == 7


def test_a_count_that_is_no_multiple_of_the_axes(file):
    message = refusal(file(join(make_rows())), axes=3)
    assert "8 values on each line, no multiple of 3 axes" in message


def test_the_length_counts_for_each_axis(file):
    message = refusal(file(join(make_rows(12, 12))), axes=2)
    assert "6 samples per axis (12 values / 2 axes)" in message and "4 or 8" in message


def test_axes_below_one(file):
    with pytest.raises(InputError, match="axes is 0"):
        read_signals(file(join(make_rows())), 0)


def test_a_path_that_cannot_be_read(tmp_path, file, monkeypatch):
    assert "no such file" in refusal(tmp_path / "none.csv")
    assert "directory" in refusal(tmp_path)
    assert "cannot be read" in refusal(tmp_path / ("x" * 300))
    path = file(join(make_rows()))

    def deny(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert "permission denied" in refusal(path)


INSERTED = [*"0123456789+-.eE,; \t\n\r\0\v\f\x1c_\"'#xé\u2212\ufeff\u2028\u0663"]
INSERTED += ["nan", "inf", "1e", "e5", "e300", "--", "0x1", "\r\n", "", ",,", "1 2", "\xa0"]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(SEPARATORS),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 12),
    st.sampled_from(INSERTED),
    st.integers(1, 1500),
)
def test_a_corrupted_file_is_refused_at_its_line_or_read_as_python_reads_it(
    tmp_path_factory, separator, trailing, end, place, n_deleted, inserted, piece
):
    good = join(make_rows(30), separator, end, separator.strip(" ") if trailing else "")
    start = int(place * len(good))
    text = good[:start] + inserted + good[start + n_deleted :]
    path = tmp_path_factory.getbasetemp() / "corrupted.csv"
    path.write_bytes(text.encode())
    try:
        values = read_table(path, piece=piece)
    except InputError as error:
        before, after = (re.split("\r\n|\r|\n", each) for each in (good, text))
        changed = next(i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
        # A line break inside the last value leaves a whole line, and a short one after it.
        lines = [changed + 1, changed + 2] if inserted in ("\n", "\r", "\r\n") else [changed + 1]
        assert any(f"corrupted.csv, line {line}, column " in str(error) for line in lines)
    else:
        expected = np.array(parse(text, separator)).astype(np.float32)
        np.testing.assert_array_equal(values, expected)


# Classes


def classes_of(file, *names, n: int = 20, count: int = 8):
    """Write a file of its own for each name."""
    return [
        (name, file(join(make_rows(n, count, seed=index)), f"{index}.csv"))
        for index, name in enumerate(names)
    ]


def test_classes_come_in_the_order_of_their_first_appearance(file):
    labelled = read_classes(classes_of(file, "on", "off", "on"), 1, 50.0)
    assert labelled.classes == ("on", "off")
    np.testing.assert_array_equal(labelled.label, np.repeat([0, 1, 0], 20))
    np.testing.assert_array_equal(labelled.signals.group, np.repeat([0, 1, 2], 20))
    np.testing.assert_array_equal(labelled.signals.line, np.tile(np.arange(1, 21), 3))
    assert [Path(name).name for name in labelled.signals.files] == ["0.csv", "1.csv", "2.csv"]
    assert labelled.signals.rate == 50.0
    assert labelled.signals.warnings == ()


def test_the_least_number_of_lines_counts_for_a_class(file):
    labelled = read_classes(classes_of(file, "on", "off", "on", "off", n=6), 1)
    assert len(labelled.signals) == 24
    assert [warning.split(": ")[1][:8] for warning in labelled.signals.warnings] == ["12 lines"] * 2
    with pytest.raises(InputError, match=r"2.csv: the lines end after line 6"):
        read_classes(classes_of(file, "on", "on", "off", n=6), 1)


@pytest.mark.parametrize(
    "name",
    ["", " ", 'a"b', "a'b", "a\\b", "a\nb", "a\x7fb", "a\u200bb", "a/b", "a:b", " a", "x" * 65],
    ids=repr,
)
def test_a_class_name_that_cannot_be_a_c_string_and_a_file_name(file, name):
    with pytest.raises(InputError, match="class name"):
        read_classes(classes_of(file, "on", name), 1)


@pytest.mark.parametrize("name", ["x" * 64, "Lüfter 2 (80 %)", "no_load-1.5"])
def test_a_class_name_that_is_allowed(file, name):
    assert read_classes(classes_of(file, "on", name), 1).classes == ("on", name)


def test_one_class_is_none(file):
    with pytest.raises(InputError, match="two classes"):
        read_classes(classes_of(file, "on", "on"), 1)
    with pytest.raises(InputError, match="found none"):
        read_classes([], 1)


def test_classes_of_different_length(file):
    files = [*classes_of(file, "on"), ("off", file(join(make_rows(20, 16)), "long.csv"))]
    with pytest.raises(InputError, match=r"long.csv, line 1, .*16 samples.*8 in .*0.csv"):
        read_classes(files, 1)


def test_one_file_for_two_classes(file, tmp_path):
    files = classes_of(file, "on", "off")
    again = tmp_path / "." / "sub" / ".." / "0.csv"
    with pytest.raises(InputError, match=r"off=.* is given twice as on=.*0.csv;"):
        read_classes([*files, ("off", again)], 1)
    copy = file(join(make_rows(20, 8, seed=0), "; "), "copy.txt")
    with pytest.raises(InputError, match=r"off=.*copy.txt holds the same values as on=.*0.csv;"):
        read_classes([*files, ("off", copy)], 1)


def test_lines_that_stand_in_two_classes_are_a_warning(file):
    rows = make_rows(20, 8, seed=7)
    mixed = make_rows(20, 8, seed=8)
    mixed[4], mixed[9] = rows[2], rows[11]
    mixed[6] = mixed[5]  # the same line twice in one class is none of this
    files = [("on", file(join(rows), "on.csv")), ("off", file(join(mixed), "off.csv"))]
    (warning,) = read_classes(files, 1).signals.warnings
    assert re.search(r"off.csv, line 5: .*on.csv, line 3, of another class \(2 such", warning)
