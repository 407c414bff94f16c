"""States, sensitivity and knowledge of a library that learns, run as WebAssembly."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from kinglet.ccode import Names
from kinglet.library.sources import make_sources
from kinglet.pipeline import make_plan
from kinglet.tasks import anomaly
from tests import anomaly_samples as samples
from tests.anomaly_samples import MINIMUM, SHAPE, STREAM

OK, NOT_INITIALIZED, INVALID_PARAM, LEARNING_DONE, LEARNING_IN_PROGRESS = 0, 2, 3, 5, 6
UINT32_MAX = 2**32 - 1
# Places in the knowledge.
MAGIC, LAYOUT, IDENTITY, DIRTY, LEARNED, MINIMUM_AT, SENSITIVITY = 0, 4, 8, 32, 36, 40, 44

FUNCTIONS = """
int test_null(int what)
{
    switch (what) {
    case 0: return (int)neai_anomalydetection_learn(NULL);
    case 1: return (int)neai_anomalydetection_detect(NULL, &emulator_answer);
    default: return (int)neai_anomalydetection_detect(emulator_in, NULL);
    }
}
float test_sensitivity(void) { return neai_anomalydetection_get_sensitivity(); }
int test_size(void)
{
    uint32_t size = 0;
    return neai_anomalydetection_get_knowledge(&size) == emulator_knowledge() ? (int)size : -1;
}
"""
EXPORTS = ("test_null", "test_sensitivity", "test_size")


class Library:
    """The functions of a library that was just started."""

    def __init__(self, name="micro_clusters", shape=SHAPE):
        self.shape = shape
        self.emulator = samples.emulator(name, shape, functions=FUNCTIONS, exports=EXPORTS)
        self.address, self.size = int(self.call("knowledge")), self.emulator.call("test_size")

    def call(self, name, *arguments):
        return self.emulator.call(f"emulator_{name}", *arguments)

    def init(self, use_pretrained=False):
        assert self.call("init", int(use_pretrained)) == OK
        return self

    def learn(self, signals):
        """The state after each."""
        return [self.emulator.put(signal) or self.call("learn") for signal in signals]

    def detect(self, signals):
        """State and similarity of each; the similarity is what was there before if not written."""
        return [
            (self.emulator.put(signal) or self.call("run"), self.call("similarity"))
            for signal in signals
        ]

    def nominal(self, n, seed=0):
        return samples.nominal(n, seed, self.shape)

    def mixed(self, seed=50):
        """Signals of every kind, some like the learned ones."""
        parts = [f(12, seed, self.shape) for f in (samples.nominal, samples.abnormal)]
        return np.concatenate([*parts, np.float32(1.3) * parts[0]])

    @property
    def knowledge(self):
        return self.emulator.read(self.address, self.size)

    @knowledge.setter
    def knowledge(self, content):
        assert len(content) == self.size
        self.emulator.write(self.address, bytes(content))

    @property
    def sensitivity(self):
        return self.emulator.call("test_sensitivity")


def sealed(knowledge, place=0, content=b""):
    """A knowledge with some bytes replaced and a CRC that is right."""
    changed = knowledge[:place] + content + knowledge[place + len(content) : -4]
    return changed + struct.pack("<I", zlib.crc32(changed))


CASES = [(name, SHAPE) for name in samples.LEARNERS]
CASES += [(name, STREAM) for name in ("micro_clusters", "evt")]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1].length}x{case[1].axes}")
def start(request):
    """Starts libraries of one kind."""
    return lambda: Library(*request.param)


@pytest.mark.parametrize("garbage", ["zeros", "ones", "noise"])
def test_before_init_everything_is_refused(start, garbage):
    library = start()
    noise = np.random.default_rng(0).bytes(library.size)
    memory = {"zeros": bytes(library.size), "ones": b"\xff" * library.size, "noise": noise}[garbage]
    library.knowledge = memory
    assert library.learn(library.nominal(3)) == [NOT_INITIALIZED] * 3
    assert library.detect(library.nominal(3)) == [(NOT_INITIALIZED, 0)] * 3
    assert library.call("sensitivity", 2.0) == NOT_INITIALIZED and library.sensitivity == 0
    assert [library.emulator.call("test_null", what) for what in range(3)] == [NOT_INITIALIZED] * 3
    assert library.knowledge == memory


def test_states_while_it_learns(start):
    library = start().init()
    probe = library.nominal(1, 9)
    similarities = []
    for count, signal in enumerate(library.nominal(MINIMUM + 5), start=1):
        state = library.learn([signal])
        assert state == [LEARNING_DONE if count >= MINIMUM else LEARNING_IN_PROGRESS], count
        [(state, similarity)] = library.detect(probe)
        assert state == (OK if count >= MINIMUM else LEARNING_IN_PROGRESS), count
        assert 0 <= similarity <= 100 and (similarity == 0 or count >= 13), count
        similarities.append(similarity)
    assert any(similarities[12 : MINIMUM - 1]), "from the 13th signal there is a similarity"


def test_the_knowledge_of_the_desk_serves_at_once(start):
    library = start().init(use_pretrained=True)
    states, similarities = np.array(library.detect(library.mixed())).T
    assert (states == OK).all()
    assert (similarities[:12] >= 90).mean() > 0.7 and len(set(similarities)) > 3
    assert library.learn(library.nominal(3)) == [LEARNING_DONE] * 3


@pytest.mark.parametrize("use_pretrained", [False, True])
def test_init_resets_everything(start, use_pretrained):
    library, other = start(), start()
    library.knowledge = np.random.default_rng(1).bytes(library.size)
    fresh = library.init(use_pretrained).knowledge
    learned = library.learn(library.nominal(20)), library.knowledge
    library.detect(library.mixed())
    assert library.call("sensitivity", 7.5) == OK
    assert library.knowledge != fresh
    assert library.init(use_pretrained).knowledge == fresh and library.sensitivity == 1
    assert (library.learn(library.nominal(20)), library.knowledge) == learned
    assert other.init(use_pretrained).knowledge == fresh


def test_refused_input_changes_nothing(start):
    library, spared = start().init(), start().init()
    signals = library.nominal(40)
    for each in (library, spared):
        each.learn(signals[:20])
        each.detect(signals[:3])
    before, answer = library.knowledge, library.call("similarity")
    assert [library.emulator.call("test_null", what) for what in range(3)] == [INVALID_PARAM] * 3
    for value in (np.nan, -np.nan, np.inf, -np.inf, 1e12, -1e12, 3e38):
        for place in (0, -1):
            wrong = signals[:1].copy()
            wrong.reshape(-1)[place] = value
            assert library.learn(wrong) == [INVALID_PARAM]
            assert library.detect(wrong) == [(INVALID_PARAM, answer)]
    assert library.knowledge == before
    assert library.learn(signals[20:]) == spared.learn(signals[20:])
    assert library.detect(signals) == spared.detect(signals)
    assert library.knowledge == spared.knowledge


def test_the_buffer_of_the_caller_stays_as_it_was(start):
    library = start().init()
    address = int(library.call("input"))
    for signal in library.nominal(MINIMUM):
        library.learn([signal])
        assert library.emulator.read(address, signal.nbytes) == signal.tobytes()
        library.detect([signal])
        assert library.emulator.read(address, signal.nbytes) == signal.tobytes()


WAYS = {"desk": (True, 0), "device": (False, 40), "desk, then device": (True, 25)}


@pytest.mark.parametrize("way", WAYS)
def test_three_ways_of_use_say_what_the_host_says(start, way):
    use_pretrained, count = WAYS[way]
    library = start().init(use_pretrained)
    values = np.concatenate([library.nominal(count, 3), library.mixed()])
    assert set(library.learn(values[:count])) <= {LEARNING_IN_PROGRESS, LEARNING_DONE}
    found = library.detect(values[count:])

    fitted = samples.fitted(library.emulator.metadata["model"], library.shape)
    features, player = samples.features(fitted, values), samples.device(fitted)
    if use_pretrained:
        player.state[:] = fitted.knowledge.state
        player.calibration[:] = fitted.knowledge.calibration
    player.learn(features[:count])
    outputs = player.judge(features[count:]) * np.float32([1, samples.FACTOR])
    assert found == [(OK, similarity) for similarity in anomaly.similarities(outputs)]
    assert library.knowledge[80:].startswith(player.state.tobytes())
    assert library.knowledge[48:80] == player.calibration.tobytes()


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


@pytest.mark.parametrize("value", [0.0, -0.0, -1.0, 1e-46, 100.00001, np.inf, -np.inf, np.nan])
def test_sensitivity_out_of_range_changes_nothing(value):
    library = Library().init()
    library.call("sensitivity", 3.0)
    before = library.knowledge
    assert library.call("sensitivity", value) == INVALID_PARAM
    assert library.sensitivity == 3 and library.knowledge == before


def test_higher_sensitivity_never_raises_a_similarity():
    library = Library().init(True)
    before = library.knowledge
    last = np.full(36, 101)
    seen = []
    for value in (1e-40, 0.01, 0.3, 0.9, 1.0, 1.1, 2.0, 10.0, 100.0):
        assert library.call("sensitivity", value) == OK
        assert library.sensitivity == np.float32(value)
        similarity = np.array(library.detect(library.mixed()))[:, 1]
        assert (similarity <= last).all()
        seen.append((similarity >= 90).sum())
        last = similarity
    assert seen[0] == 36 and seen[-1] < seen[4] < 36
    changed = np.flatnonzero(np.frombuffer(library.knowledge, "u1") != np.frombuffer(before, "u1"))
    in_crc = changed >= library.size - 4
    assert (in_crc | (changed >= SENSITIVITY) & (changed < SENSITIVITY + 4)).all()
    assert library.call("sensitivity", 1.0) == OK and library.knowledge == before


@pytest.mark.parametrize("change", [{"factor": 1.3}, {"minimum": 31}, {"learned": 90}])
def test_knowledge_of_another_build_is_refused(change):
    mine = samples.fitted("micro_clusters")
    other = replace(mine, knowledge=replace(mine.knowledge, **change))
    identifier = make_sources(other, make_plan(other), samples.TASK, Names()).identifier
    library = Library().init(True)
    assert library.knowledge[IDENTITY:DIRTY] != identifier.encode()
    library.knowledge = sealed(library.knowledge, IDENTITY, identifier.encode())
    assert library.detect(library.nominal(1))[0][0] == NOT_INITIALIZED
    assert library.learn(library.nominal(1)) == [NOT_INITIALIZED]


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
