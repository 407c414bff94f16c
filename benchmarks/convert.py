"""Converted models of scikit-learn on a Cortex-M4F, Kinglet against emlearn in one run.

    python -m benchmarks.convert [--sets hand_gestures ...] [--no-peers]

The same fitted forest, network and support vector machine goes to both; both get the same float32
features (statistics and band energies by NumPy) and run on the same emulated core. Kinglet's call
checks its input for values that are not finite or of 1e12 and more, which emlearn leaves to its
caller; what the check takes is told beside. Writes results/convert.json and results/convert.md.
"""

import contextlib
import importlib.util
import io
import sys
import tempfile
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
from elftools.elf.elffile import ELFFile
from sklearn.ensemble import RandomForestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks import data
from benchmarks.runner import options, table, write
from kinglet import board
from kinglet.convert import convert
from kinglet.library.timing import run_on_board
from kinglet.runtime import DIRECTORY
from kinglet.toolchain import CORES, compile_object

SETS = ("bearing_fault_type", "hand_gestures", "spoken_digits")
CORE = CORES["cortex-m4f"]
NEEDS = {  # the less the better
    "flash": lambda run: run["flash"],
    "RAM": lambda run: run["ram"] + run["stack"],
    "instructions": lambda run: run["instructions"],
    "cycles": lambda run: run["cycles"],
}
COUNTED = 60  # signals whose cycles are counted; all are compared with scikit-learn
MODELS = {
    "forest, 10 trees of depth 8": lambda: RandomForestClassifier(10, max_depth=8, random_state=0),
    "forest, 100 trees": lambda: RandomForestClassifier(100, random_state=0),
    "network, 16 units": lambda: MLPClassifier((16,), max_iter=300, random_state=0),
    "support vector machine": lambda: SVC(),
}
# What emlearn's headers ask of a C library, of which a bare core has none.
HEADERS = {
    "math.h": "float expf(float); float logf(float); float sqrtf(float); float fabsf(float);\n"
    "float roundf(float); double fabs(double); double exp(double); double log(double);\n"
    "double sqrt(double); double round(double); float tanhf(float); float floorf(float);\n"
    '#define M_PI 3.14159265358979\n#define NAN __builtin_nanf("")\n'
    "#define INFINITY __builtin_inff()\n",
    "string.h": "#include <stddef.h>\nvoid *memcpy(void *, const void *, size_t);\n"
    "void *memset(void *, int, size_t); int strcmp(const char *, const char *);\n",
    "stdlib.h": "#include <stddef.h>\nint abs(int);\n",
    "stdio.h": "#define printf(...)\n",
    "assert.h": "#define assert(x)\n",
}
# Kinglet's exponential stands in for a C library's functions, which would be larger and slower.
EXPONENTIAL = """
#define KN_HELPER static inline
#define KN_STEP static
#include "maths.h"
float expf(float x) { return kn_exp(x); }
float tanhf(float x) { return 1.0f - 2.0f / (1.0f + kn_exp(2.0f * x)); }
"""


def features(values: np.ndarray) -> np.ndarray:
    """Eight statistics and some band energies of each axis, float32 (n, n_features)."""
    centred = values - values.mean(axis=1, keepdims=True)
    deviation = centred.std(axis=1) + 1e-9
    power = np.abs(np.fft.rfft(centred * np.hanning(values.shape[1])[:, None], axis=1)) ** 2
    edges = np.unique(np.geomspace(1, power.shape[1], 57 // values.shape[2] - 7).astype(int))
    parts = [
        values.mean(axis=1),
        deviation,
        values.min(axis=1),
        values.max(axis=1),
        np.sqrt((values**2).mean(axis=1)),
        (centred**3).mean(axis=1) / deviation**3,
        (centred**4).mean(axis=1) / deviation**4,
        np.abs(np.diff(values, axis=1)).mean(axis=1),
        *(np.log(power[:, i:j].mean(axis=1) + 1e-9) for i, j in pairwise(edges)),
    ]
    return np.concatenate(parts, axis=1).astype(np.float32)


def kinglet(model, x: np.ndarray, wanted: np.ndarray, optimise: str) -> dict:
    """The library that ``kinglet convert`` makes."""
    signals = x[:, :, None]
    library = convert(model, axes=1, length=x.shape[1], optimise=optimise)
    broken = signals[:1].copy()
    broken[0, -1] = np.nan
    runs = [
        run_on_board(
            library.compiled, library.sources, library.trained, library.task, CORE, None, some,
            count=True,
        )
        for some in (signals[:COUNTED], broken)
    ]  # fmt: skip
    said = library.predict_proba(signals).argmax(axis=1)
    return {
        **_counts(runs[0]),
        "flash": library.footprint.flash_bytes,
        "ram": library.footprint.ram_bytes,
        "check": float(runs[1].cycles.mean()),
        "agree": float((said == wanted).mean()),
    }


def emlearn_code(model, **how: str) -> str:
    """C of emlearn with ``m_predict(features, count)``."""
    import emlearn

    with np.errstate(all="ignore"), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "m.h"
        with contextlib.chdir(folder):  # it leaves what it compiles in the working folder
            emlearn.convert(model, **how).save(file=str(file), name="m")
        return file.read_text()


def emlearn_headers() -> dict[str, str]:
    """Headers of the package."""
    import emlearn

    folder = Path(emlearn.__file__).parent
    return {path.name: path.read_text() for path in folder.glob("*.h")}


def on_board(code: str, ctype: str, x: np.ndarray, wanted: np.ndarray, optimise: str) -> dict:
    """Run C of emlearn on the same core."""
    count = x.shape[1]
    call = f"int f(const {ctype} *in) {{ return (int)m_predict(in, {count}); }}\n"
    runtime = {name: (DIRECTORY / name).read_text() for name in ("maths.h", "types.h")}
    compiled = compile_object(
        EXPONENTIAL + code + call, CORE, optimise=optimise, flags=["-w"],
        headers={**HEADERS, **runtime, **emlearn_headers()},
    )  # fmt: skip
    buffers = f"#include <stdint.h>\n{ctype} board_input[{count}];\nint board_output;\n"
    init = "int board_init(void) { return 0; }\n"
    run_it = "int board_run(void) { return f(board_input); }\n"
    harness = f"{buffers}int f(const {ctype} *in);\n{init}{run_it}"
    image = board.link_image({"m.o": compiled}, harness, CORE)
    empty = board.link_image({}, f"{buffers}{init}int board_run(void) {{ return 0; }}\n", CORE)

    def run(lines: np.ndarray, counted: bool) -> board.BoardRun:
        return board.run(
            image, CORE, function="board_run", setup=["board_init"],
            inputs=[line.tobytes() for line in lines], output_size=4,
            measure="f", measure_cycles=counted,
        )  # fmt: skip

    sizes = [_sizes(elf) for elf in (image, empty)]
    return {
        **_counts(run(x[:COUNTED], True)),
        "flash": sizes[0][0] - sizes[1][0],
        "ram": sizes[0][1] - sizes[1][1],
        "check": None,
        "agree": float((np.array(run(x, False).returns) == wanted).mean()),
    }


def _sizes(elf: bytes) -> tuple[int, int]:
    """Bytes of flash and of static RAM of an image."""
    flash = ram = 0
    for section in ELFFile(io.BytesIO(elf)).iter_sections():
        if section["sh_flags"] & 2:  # takes memory on the target
            written, kept = section["sh_flags"] & 1, section["sh_type"] != "SHT_NOBITS"
            flash += section["sh_size"] if kept else 0
            ram += section["sh_size"] if written and "stack" not in section.name else 0
    return flash, ram


def _counts(run: board.BoardRun) -> dict:
    return {
        "instructions": float(run.instructions.mean()),
        "cycles": float(run.cycles.mean()),
        "stack": int(run.stack_bytes),
    }


def peers(name: str, model, x: np.ndarray, label: np.ndarray, unseen: np.ndarray) -> dict:
    """emlearn's ways to convert a model, where it has one."""
    wanted = np.searchsorted(model.classes_, model.predict(unseen))
    if name.startswith("network"):
        return {"emlearn": on_board(emlearn_code(model), "float", unseen, wanted, "size")}
    if not name.startswith("forest"):
        return {}
    inline = emlearn_code(model, method="inline", dtype="float")
    # Integers need features that fill them: each is scaled to +-16383, the forest fitted to that.
    scale = 16383 / np.abs(x).max(axis=0)
    integer = MODELS[name]().fit(np.round(x * scale), label)
    whole = np.clip(np.round(unseen * scale), -32768, 32767).astype(np.int16)
    loadable = emlearn_code(integer, method="loadable", dtype="int16_t")
    return {
        "emlearn inline float": on_board(inline, "float", unseen, wanted, "size"),
        "emlearn inline float, -O2": on_board(inline, "float", unseen, wanted, "speed"),
        "emlearn loadable int16": on_board(loadable, "int16_t", whole, wanted, "size"),
    }


def main() -> None:
    chosen = options(__doc__, "convert")
    if not chosen.no_peers:
        if importlib.util.find_spec("emlearn") is None:
            sys.exit("emlearn is not installed: 'pip install emlearn', or leave it out: --no-peers")
        importlib.import_module("emlearn")
        np.seterr(all="warn")  # which the import made errors
    results: dict = {}
    for name in chosen.sets or SETS:
        path = data.folder() / "ncc" / name
        (x, label, _), (unseen, _, _) = data.load(path, "train"), data.load(path, "test")
        scaler = StandardScaler().fit(features(x))
        x, unseen = (scaler.transform(features(part)).astype(np.float32) for part in (x, unseen))
        for title, make in MODELS.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = make().fit(x, label)
                wanted = model.predict(unseen)
                runs = {
                    f"Kinglet {o}": kinglet(model, unseen, wanted, o) for o in ("size", "speed")
                }
                if not chosen.no_peers:
                    runs |= peers(title, model, x, label, unseen)
            results.setdefault(name, {})[title] = runs
            print(name, title, flush=True)
            write(chosen, results, markdown(results))
    print(markdown(results))


def markdown(results: dict) -> str:
    """Make a table for each set, and say where emlearn is ahead in it."""
    parts = [
        f"Converted models on an emulated Cortex-M4F, means over {COUNTED} test signals; Kinglet "
        "size and emlearn compiled with -Os, the others with -O2. Flash: growth of a "
        "firmware that calls it; Kinglet's holds its whole API too: init, getters, the names of "
        "the classes, probabilities of all of them. Check: what of Kinglet's cycles goes into "
        "refusing values that are not finite or of 1e12 and more, which emlearn leaves to its "
        "caller. Agree: same class as scikit-learn, all test signals. **Bold**: emlearn needs "
        "less than either form of Kinglet.\n",
        "Where emlearn disagrees with scikit-learn: each of its trees votes for one class, where "
        "scikit-learn adds the shares of the classes in the leaves; and its int16 forest is "
        "another one, fitted to features rounded to integers.\n",
    ]
    columns = [
        "model", "by", "flash B", "RAM B (static + stack)", "instructions", "cycles", "check",
        "agree",
    ]  # fmt: skip
    for name, models in results.items():
        rows, ahead = [], []
        for title, runs in models.items():
            own = [run for by, run in runs.items() if by.startswith("Kinglet")]
            best = {what: min(own, key=needs) for what, needs in NEEDS.items()}
            for by, run in runs.items():
                less = [what for what, needs in NEEDS.items() if needs(run) < needs(best[what])]
                rows.append([title, by, *_cells(run, less)])
                if less:
                    figures = ", ".join(_against(what, run, best[what]) for what in less)
                    ahead.append(f"- {title}, {by}: {figures}\n")
        parts.append(f"**{name}**\n\n{table(columns, rows)}")
        if ahead:
            parts.append(f"emlearn is ahead of the better form of Kinglet:\n\n{''.join(ahead)}")
    return "\n".join(parts)


def _cells(run: dict, less: list[str]) -> list[str]:
    """Figures of one run, bold where it needs less."""
    texts = {
        "flash": str(run["flash"]),
        "RAM": f"{run['ram']} + {run['stack']}",
        "instructions": f"{run['instructions']:.0f}",
        "cycles": f"{run['cycles']:.0f}",
    }
    texts |= {what: f"**{texts[what]}**" for what in less}
    check = "" if run["check"] is None else f"{run['check']:.0f}"
    return [*texts.values(), check, f"{run['agree']:.4f}"]


def _against(what: str, run: dict, best: dict) -> str:
    """One figure beside Kinglet's."""
    checked = f" with a check of {best['check']:.0f}" if what == "cycles" else ""
    return f"{what} {NEEDS[what](run):.0f} against {NEEDS[what](best):.0f}{checked}"


if __name__ == "__main__":
    main()
