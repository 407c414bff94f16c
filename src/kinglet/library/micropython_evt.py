"""A detector of anomalies in a stream: extreme values (Weibull), made by Kinglet.

Use it so, with as many values a sample as INPUTS says::

    detector = EVT()
    detector.learn((20.5,))                       # nominal samples, at least 13
    similarity = detector.detect((20.7,))         # 0 to 100; below 90 is an anomaly
    point, collective = detector.update((20.7,))  # as detector of a stream: judge, and learn
    kept = detector.get_state()                   # bytes, to be stored

It needs MicroPython 1.20 or newer with floats of 32 bits (RP2040 and its like), and does the same
operations in the same order as the C library: the same decisions, the same state. Where floats
have 64 bits (desktop builds) it works too, but a sample that lies on the limit may fall elsewhere.
"""

import math
import struct

# Settings of this library, floats by their bits: Kinglet writes them.
INPUTS = 1
GAMMA = 2  # deviation that begins an excursion, in standard deviations
LIMIT_BITS = 0x40340EEC  # -log(1 - delta)
MAXIMA = 5  # maxima that are remembered
OUTLIERS = 5  # outliers that can be collective
LONGEST = 20  # sum of the gaps between them up to which they are, in samples
COLLECTIVE = False  # whether a single outlier is no anomaly for detect
HORIZON = 16777216  # samples after which older ones fade

_float = float
_AGES = 16777216  # where a float of 32 bits stops to count
_WARM_UP = 10
_FIRST_SIMILARITY = 13  # samples that must be learned before there is one
# Places in the state, as in the C; then come mean, square and gaps.
_COUNT, _SINCE, _PEAK, _MAXIMA, _MEAN, _VARIANCE, _SHAPE, _LOG_SCALE, _HEAD = range(9)
_SQUARE = _HEAD + INPUTS
_GAPS = _SQUARE + INPUTS
_END = _GAPS + OUTLIERS - 1


def _bits(x: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", x))[0])


def _value(bits: int) -> float:
    return _float(struct.unpack("<f", struct.pack("<I", bits))[0])


# Constants by their bits, since boards do not read decimals to the last digit.
_LIMIT = _value(LIMIT_BITS)
_HUGE = _value(0x5368D4A5)  # 1e12
_TINY = _value(0x1E3CE508)  # 1e-20
_LEAST_MEAN = _value(0x358637BD)  # 1e-6
_LEAST_RATIO = _value(0x2EDBE6FF)  # 1e-10
_EXPONENT = _value(0xBF0B020C)  # -0.543
_LEAST_SHAPE = _value(0x3E99999A)  # 0.3
_LOG = [_value(b) for b in (0x3EAAAAAB, 0x3E4CCCCD, 0x3E124925, 0x3DE38E39)]  # 1/3, 1/5, 1/7, 1/9
_LOG_2 = _value(0x3F318000)  # 0.693359375
_LOG_2_REST = _value(0xB95E8083)  # -2.12194440e-4
_LOG_2_E = _value(0x3FB8AA3B)
_EXP = [_value(b) for b in (0x3E2AAAAB, 0x3D2AAAAB, 0x3C088889, 0x3AB60B61, 0x39500D01)]  # 1/3!...
_STIRLING = [_value(b) for b in (0x3DAAAAAB, 0x3B360B61, 0x3F6B3F8E)]  # 1/12, 1/360, log(2 pi)/2


def _log(x: float) -> float:
    """Natural logarithm, bit for bit that of the C."""
    bits = (_bits(x) - 0x3F3504F3) & 0xFFFFFFFF
    e = _float((bits >> 23) - (512 if bits >> 31 else 0))
    m = _value((bits & 0x007FFFFF) + 0x3F3504F3)
    s = (m - 1) / (m + 1)
    z = s * s
    series = z * (_LOG[0] + z * (_LOG[1] + z * (_LOG[2] + z * _LOG[3])))
    return e * _LOG_2 + (2 * (s + s * series) + e * _LOG_2_REST)


def _exp(x: float) -> float:
    """Exponential, bit for bit that of the C."""
    x = min(max(x, _float(-87)), _float(88))
    n = x * _LOG_2_E
    power = int(n + (-0.5 if n < 0 else 0.5))
    n = _float(power)
    r = (x - n * _LOG_2) - n * _LOG_2_REST
    series = _EXP[2] + r * (_EXP[3] + r * _EXP[4])
    series = _EXP[0] + r * (_EXP[1] + r * series)
    series = 1 + (r + r * r * (0.5 + r * series))
    return series * _value((power + 127) << 23)


def _log_gamma(z: float) -> float:
    y = z + 4
    series = (_STIRLING[0] - _STIRLING[1] / (y * y)) / y
    product = z * (z + 1) * ((z + 2) * (z + 3))
    return (y - 0.5) * _log(y) - y + (_STIRLING[2] + series) - _log(product)


class EVT:
    """One detector with what it has learned."""

    def __init__(self) -> None:
        self.sensitivity = _float(1)
        self._state = [_float(0)] * _END

    def learn(self, x: tuple) -> None:
        """Learn one nominal sample, INPUTS numbers below 1e12 in size."""
        state, x = self._state, _checked(x)
        if state[_COUNT] < 1:
            state[_MEAN] = 1 / _float(GAMMA)
            state[_VARIANCE] = state[_MEAN] * state[_MEAN]
            self._fit()
        elif state[_COUNT] >= min(_WARM_UP, HORIZON):
            self._follow(self._deviation(x))
        count = min(state[_COUNT] + 1, _float(HORIZON))
        weight = 1 / count
        kept = 1 if count < HORIZON else 1 - weight
        for i in range(INPUTS):
            change = x[i] - state[_HEAD + i]
            state[_HEAD + i] += change * weight
            rest = change * (x[i] - state[_HEAD + i])
            state[_SQUARE + i] = kept * state[_SQUARE + i] + rest
        state[_COUNT] = count

    def detect(self, x: tuple) -> int:
        """Similarity of one sample, 0 to 100; below 90 it is an anomaly. Learns nothing.

        It is 0 before 13 samples are learned, as in the C.
        """
        x = _checked(x)
        if self._state[_COUNT] < _FIRST_SIMILARITY:
            return 0
        score = self._score(x)
        if not self._vote(score) and COLLECTIVE:
            score = min(score, 1)
        share = self.sensitivity * score
        if share <= 0:
            return 100
        similarity = max(100 - 10 * share, 0)
        return int(min(similarity, 89) if share > 1 else similarity)

    def update(self, x: tuple) -> tuple:
        """Judge one sample of a stream, and learn it unless it is an outlier.

        Returns whether it is a point outlier, and whether the latest outliers are collective.
        """
        x = _checked(x)
        if self._state[_COUNT] < _FIRST_SIMILARITY:
            self.learn(x)
            return False, False
        score = self._score(x)
        point = bool(score > 1)
        collective = self._vote(score)
        if not point:
            self.learn(x)
        return point, collective

    def get_state(self) -> bytes:
        """All that was learned, as the C library keeps it."""
        return struct.pack(f"<{_END}f", *self._state)

    def set_state(self, data: bytes) -> None:
        """Go on with what was learned before."""
        if len(data) != 4 * _END:
            raise ValueError(f"{len(data)} bytes are not the {4 * _END} of a state")
        self._state = [_float(value) for value in struct.unpack(f"<{_END}f", data)]

    def _fit(self) -> None:
        state = self._state
        mean = max(state[_MEAN], _LEAST_MEAN)
        ratio = max(state[_VARIANCE] / (mean * mean), _TINY)
        shape = min(max(_exp(_EXPONENT * _log(ratio)), _LEAST_SHAPE), _float(6))
        state[_SHAPE] = shape
        state[_LOG_SCALE] = _log(mean) - _log_gamma(1 + 1 / shape)

    def _deviation(self, x: tuple) -> float:
        state, largest = self._state, _float(0)
        freedom = max(state[_COUNT] - 1, 1)
        for i in range(INPUTS):
            mean = state[_HEAD + i]
            least = _LEAST_RATIO * mean * mean + _TINY
            variance = max(state[_SQUARE + i] / freedom, least)
            difference = x[i] - mean
            largest = max(largest, min(difference * difference / variance, _HUGE))
        return _float(math.sqrt(largest))

    def _follow(self, deviation: float) -> None:
        state = self._state
        if deviation > GAMMA:
            state[_PEAK] = max(state[_PEAK], deviation)
        elif state[_PEAK] > 0:
            state[_MAXIMA] = min(state[_MAXIMA] + 1, _float(MAXIMA - 1))
            weight = 1 / (state[_MAXIMA] + 1)
            change = state[_PEAK] - GAMMA - state[_MEAN]
            state[_MEAN] += weight * change
            state[_VARIANCE] += weight * (change * change)
            state[_VARIANCE] *= 1 - weight
            state[_PEAK] = _float(0)
            self._fit()

    def _score(self, x: tuple) -> float:
        state, deviation = self._state, self._deviation(x)
        if not deviation > GAMMA:
            return deviation / GAMMA - 1
        power = _log(deviation - GAMMA) - state[_LOG_SCALE]
        return _exp(state[_SHAPE] * power) / _LIMIT

    def _vote(self, score: float) -> bool:
        state = self._state
        if not score > 1:
            if state[_SINCE] > 0:
                state[_SINCE] = min(state[_SINCE] + 1, _float(_AGES))
            return False
        if state[_SINCE] > 0:
            for i in range(_GAPS, _END - 1):
                state[i] = state[i + 1]
            state[_END - 1] = state[_SINCE]
        state[_SINCE] = _float(1)
        total = _float(0)
        for gap in state[_GAPS:_END]:
            total += gap
        return bool(state[_GAPS] > 0 and total <= LONGEST)


def _checked(x: tuple) -> tuple:
    x = tuple([_float(value) for value in x])
    if len(x) != INPUTS or not all(-_HUGE < value < _HUGE for value in x):
        raise ValueError(f"a sample is {INPUTS} numbers below 1e12 in size")
    return x
