"""States and sensitivity of a library that learns."""

import numpy as np
import pytest

from kinglet.tasks.similarity import similarities
from tests import anomaly_samples as samples
from tests.anomaly_samples import MINIMUM
from tests.tasks.playing import (
    INVALID_PARAM,
    LEARNING_DONE,
    LEARNING_IN_PROGRESS,
    NOT_INITIALIZED,
    OK,
    SENSITIVITY,
    Library,
)


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
    library = start().init(use_pretrained=True)
    probe = library.nominal(1, 9)
    assert library.detect(probe)[0][1] > 0, "so that a 0 below is one that was written"
    library.init()
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
        player.learned = fitted.knowledge.learned
    player.learn(features[:count])
    outputs = player.judge(features[count:]) * np.float32([1, samples.FACTOR])
    assert found == [(OK, similarity) for similarity in similarities(outputs)]
    assert library.knowledge[80:].startswith(player.state.tobytes())
    assert library.knowledge[48:80] == player.calibration.tobytes()


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
