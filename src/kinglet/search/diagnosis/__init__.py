"""Why a result is poor: likely causes, from the data and the search, most likely first."""

from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.diagnose import diagnose
from kinglet.search.diagnosis.explain import explain
from kinglet.search.diagnosis.finding import Finding, to_json

__all__ = ["Case", "Finding", "diagnose", "explain", "to_json"]
