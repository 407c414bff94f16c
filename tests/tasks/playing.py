"""The functions of a library that learns, called one by one through WebAssembly."""

import numpy as np

from tests import anomaly_samples as samples
from tests.anomaly_samples import SHAPE, STREAM

OK, NOT_INITIALIZED, INVALID_PARAM, LEARNING_DONE, LEARNING_IN_PROGRESS = 0, 2, 3, 5, 6

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


SENSITIVITY = 44  # place in the knowledge

CASES = [(name, SHAPE) for name in samples.LEARNERS]
CASES += [(name, STREAM) for name in ("micro_clusters", "evt")]
