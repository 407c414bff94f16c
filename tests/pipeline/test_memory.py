from hypothesis import given
from hypothesis import strategies as st

from kinglet.pipeline.memory import Arena


@given(st.integers(0, 50), st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=40))
def test_buffers_alive_at_the_same_time_never_overlap(fixed, steps):
    arena = Arena(fixed)
    alive: dict[int, tuple[int, int]] = {}
    for name, (floats, free_one) in enumerate(steps):
        offset = arena.take(name, floats)
        assert offset >= fixed and offset + floats <= arena.size
        for start, count in alive.values():
            assert offset + floats <= start or start + count <= offset
        alive[name] = (offset, floats)
        if free_one:
            gone = next(iter(alive))
            arena.free(gone)
            del alive[gone]


def test_a_freed_place_is_used_again():
    arena = Arena(0)
    arena.take("a", 100)
    arena.take("b", 10)
    arena.free("a")
    assert arena.take("c", 100) == 0
    assert arena.size == 110
