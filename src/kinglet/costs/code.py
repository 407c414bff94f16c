"""Bytes of code of every step and model on a core: compiled once, kept in the cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
from functools import cache

from kinglet.ccode import fold, learner_functions
from kinglet.record import Learner, Record, models, steps
from kinglet.toolchain import (
    CORES,
    Optimise,
    cache_directory,
    compile_object,
    compiler_version,
    inspect_object,
)

# Kept though nothing calls it: its size is what we are after.
_KEEP = "#define KN_STEP __attribute__((noinline, used)) static\n#include <stdint.h>\n"
_FUNCTION = re.compile(r"^(?:KN_STEP|KN_SQRT) [^;{]*?\b(kn_\w+)\(", re.MULTILINE)
# What the glue of a library that learns calls beside the model.
_KNOWLEDGE = (
    "kn_knowledge_is_whole", "kn_knowledge_clear", "kn_knowledge_close", "kn_similarity"
)  # fmt: skip


@cache
def function_bytes(core: str, optimise: Optimise) -> dict[str, int]:
    """Bytes of each C function of the house on a core, literal pools included."""
    learners = [model for model in models() if isinstance(model, Learner)]
    parts = [fold([*steps(), *models()], ["valid.h", "knowledge.h"])]
    source = _KEEP + "\n".join([*parts, *map(learner_functions, learners)])
    key = hashlib.sha256(f"{compiler_version()}{core}{optimise}{source}".encode()).hexdigest()[:24]
    path = cache_directory() / "code" / f"{key}.json"
    if path.exists():
        stored: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
        return stored
    facts = inspect_object(compile_object(source, CORES[core], optimise=optimise))
    sizes = {name: size for name, size in facts.functions.items() if name.startswith("kn_")}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps(sizes), encoding="utf-8")
    partial.replace(path)
    return sizes


@cache
def functions_of(record: Record) -> frozenset[str]:
    """C functions that come with a record: its own and those of the headers that it includes."""
    text, called = fold([record]), record.functions()
    if isinstance(record, Learner):
        text = "\n".join([fold([record], ["knowledge.h"]), learner_functions(record)])
        called = (*_KNOWLEDGE, f"kn_{record.name}_take_in_turn", f"kn_{record.name}_judge")
    defined = {match.group(1): match.start() for match in _FUNCTION.finditer(text)}
    # Only what is reached: a header may hold more than this record calls.
    bodies = {name: text[start : text.index("\n}", start)] for name, start in defined.items()}
    helpers = {
        match.group(1): text[match.start() : text.index("\n}", match.start())]
        for match in re.finditer(r"^KN_HELPER [^;{]*?\b(kn_\w+)\(", text, re.MULTILINE)
    }
    reached = set(called)
    while True:
        body = " ".join((bodies | helpers).get(name, "") for name in reached)
        more = {name for name in bodies | helpers if re.search(rf"\b{name}\(", body)} - reached
        if not more:
            return frozenset(reached & set(bodies))
        reached |= more
