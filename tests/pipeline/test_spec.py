import json

import pytest

from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import shapes, step
from kinglet.record import Shape
from kinglet.search.portfolio.classification import portfolio


def test_every_portfolio_pipeline_survives_json():
    for shape in (Shape(64, 6), Shape(1024, 1), Shape(256, 3)):
        for pipeline in portfolio(shape):
            again = Pipeline.from_json(json.loads(json.dumps(pipeline.to_json())))
            assert again == pipeline and again.key() == pipeline.key()
            assert pipeline.describe()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 99}, "version"),
        ({"scale": {"name": "nonsense"}}, "nonsense"),
        ({"scale": {"name": "scale", "config": {"limit": -1.0}}}, "out of range"),
        ({"scale": {"name": "scale", "config": {"wrong": 1}}}, "wrong"),
    ],
)
def test_damaged_data_are_refused(change, words):
    data = portfolio(Shape(64, 3))[0].to_json() | change
    with pytest.raises(ValueError, match=words):
        Pipeline.from_json(data)


def test_shapes_follow_the_steps():
    chain = (
        step("remove_mean"),
        step("window"),
        step("rfft", mode="power"),
        step("bands", bands=8),
    )
    assert list(shapes(chain, Shape(64, 3))) == [(64, 3), (64, 3), (64, 3), (32, 3), (24, 1)]
    assert shapes(chain, Shape(63, 3)) is None, "the FFT takes powers of two only"
