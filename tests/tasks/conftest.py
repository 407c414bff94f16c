import pytest

from tests.tasks.playing import CASES, Library


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1].length}x{case[1].axes}")
def start(request):
    """Starts libraries of one kind."""
    return lambda: Library(*request.param)
