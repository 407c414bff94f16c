"""The knowledge of a library that learns: copied, put back, handed on, damaged."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from kinglet.ccode import Names
from kinglet.errors import InputError
from kinglet.library.program import program
from kinglet.library.sources import make_sources
from tests import anomaly_samples as samples
from tests.anomaly_samples import SHAPE, STREAM
from tests.tasks.playing import LEARNING_DONE, NOT_INITIALIZED, OK, Library

UINT32_MAX = 2**32 - 1
# Places in the knowledge.
MAGIC, LAYOUT, IDENTITY, DIRTY, LEARNED, MINIMUM_AT = 0, 4, 8, 32, 36, 40


def sealed(knowledge, place=0, content=b""):
    """A knowledge with some bytes replaced and a CRC that is right."""
    changed = knowledge[:place] + content + knowledge[place + len(content) : -4]
    return changed + struct.pack("<I", zlib.crc32(changed))


@pytest.mark.parametrize("before", [None, False, True], ids=["cold", "empty", "pretrained"])
def test_a_knowledge_that_is_put_back_is_the_same_bits(start, before):
    library = start().init()
    library.learn(library.nominal(40))
    library.call("sensitivity", 1.5)
    library.detect(library.mixed(60))
    backup = library.knowledge
    after = start()
    if before is not None:
        after.init(before).learn(library.nominal(5, 8))
    after.knowledge = backup
    assert after.sensitivity == 1.5
    found = after.detect(library.mixed())
    assert found == library.detect(library.mixed()) and found[0][0] == OK
    assert after.learn(library.nominal(20, 4)) == library.learn(library.nominal(20, 4))
    assert after.knowledge == library.knowledge


def test_a_second_device_starts_where_the_first_one_stopped(start):
    first, second, both = start().init(True), start(), start().init(True)
    first.learn(first.nominal(20, 5))
    second.knowledge = first.knowledge
    second.learn(first.nominal(20, 6))
    both.learn(np.concatenate([first.nominal(20, 5), first.nominal(20, 6)]))
    assert second.knowledge == both.knowledge
    assert second.detect(first.mixed()) == both.detect(first.mixed())


@pytest.mark.parametrize("change", [{"factor": 1.3}, {"minimum": 31}, {"learned": 90}])
def test_knowledge_of_another_build_is_refused(change):
    mine = samples.fitted("micro_clusters")
    other = replace(mine, knowledge=replace(mine.knowledge, **change))
    identifier = make_sources(program(other), samples.TASK, Names()).identifier
    library = Library().init(True)
    assert library.knowledge[IDENTITY:DIRTY] != identifier.encode()
    library.knowledge = sealed(library.knowledge, IDENTITY, identifier.encode())
    assert library.detect(library.nominal(1))[0][0] == NOT_INITIALIZED
    assert library.learn(library.nominal(1)) == [NOT_INITIALIZED]
    with pytest.raises(InputError, match="damaged or of another library"):
        library.emulator.run(library.nominal(2), knowledge=library.knowledge)


@pytest.mark.parametrize(
    ("place", "value"), [(MAGIC, 0), (LAYOUT, 0), (LAYOUT, 2), (DIRTY, 1), (DIRTY, UINT32_MAX)]
)
def test_a_whole_crc_is_not_enough(place, value):
    library = Library().init(True)
    assert sealed(library.knowledge) == library.knowledge, "CRC-32 as everywhere"
    library.knowledge = sealed(library.knowledge, place, struct.pack("<I", value))
    assert library.detect(library.nominal(1))[0][0] == NOT_INITIALIZED


@pytest.mark.parametrize("learned", [UINT32_MAX - 1, UINT32_MAX])
def test_the_count_of_signals_stays_at_its_largest_value(learned):
    library = Library().init()
    library.learn(library.nominal(40))
    found = library.detect(library.mixed())
    library.knowledge = sealed(library.knowledge, LEARNED, struct.pack("<I", learned))
    assert library.detect(library.mixed()) == found
    assert library.learn(library.nominal(2)) == [LEARNING_DONE] * 2
    assert library.knowledge[LEARNED:MINIMUM_AT] == b"\xff" * 4
    emulation = library.emulator.run(library.mixed(), knowledge=library.knowledge)
    assert emulation.extra["learned"] == 2**31 - 1 and not np.isnan(emulation.outputs).any()


@pytest.mark.parametrize("case", [("micro_clusters", SHAPE), ("evt", STREAM)])
def test_every_flipped_bit_is_found(case):
    library = Library(*case).init()
    library.learn(library.nominal(40))
    library.emulator.put(library.nominal(1)[0])
    whole = bytearray(library.knowledge)
    missed = []
    for bit in range(8 * library.size):
        at, was = library.address + bit // 8, whole[bit // 8]
        library.emulator.write(at, bytes([was ^ 1 << bit % 8]))
        if {library.call("run"), library.call("learn")} != {NOT_INITIALIZED}:
            missed.append(bit)
        library.emulator.write(at, bytes([was]))
    assert not missed
    assert library.knowledge == whole and library.call("run") == OK
