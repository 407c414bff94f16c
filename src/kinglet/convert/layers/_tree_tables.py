"""Trees as tables that one loop walks: the smallest form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kinglet.ccode import Tables, literal
from kinglet.convert.layers._forest import Forest

Table = Callable[[np.ndarray, str], str]


def source(forest: Forest, name: str, tables: Tables) -> str:
    """C of the function; its tables are added to the others.

    A node takes four bytes of threshold, and as few as they need for the feature and each of the
    two children. Nodes lie in preorder. A child is told by how many nodes it lies further, or, from
    ``leaf`` on, by what it adds.
    """

    def table(values: np.ndarray, hint: str) -> str:
        """Name of a table in the narrowest integers that hold it."""
        return tables.add(f"uint{8 * _width(values.max())}_t", values, f"{name}_{hint}")

    inner, roots, further, row = _preorder(forest)
    leaf = int(further.max()) + 1
    ordered = forest.bits[inner].astype(np.int64)
    ordered = np.where(ordered >> 31, ordered ^ 0xFFFFFFFF ^ (1 << 31), ordered).astype(np.uint32)
    thresholds = tables.add("int32_t", ordered.view(np.int32), f"{name}_thresholds")
    features = table(forest.feature[inner], "features")
    place, addition = _addition(forest, leaf, table, tables, name)
    children = table(np.where(further > 0, further, place[row] + leaf), "children")
    starts = table(roots, "roots")
    outputs = len(forest.start)
    start = ", ".join(str(int(value)) for value in forest.start)
    return f"""
/* Walk each tree from its root to a leaf, and add what the leaf adds. */
KN_SMALL KN_STEP void {name}(const float *in, float *out)
{{
    int32_t sum[{outputs}] = {{{start}}};
    uint32_t tree, k;
    for (tree = 0; tree < {len(roots)}u; tree++) {{
        uint32_t node = {starts}[tree], next = 0;
        do {{
            node += next;
            next = 2u * node;
            if (kn_in_order(in[{features}[node]]) > {thresholds}[node]) {{
                next++;
            }}
            next = {children}[next];
        }} while (next < {leaf}u);
{addition}
    }}
    for (k = 0; k < {outputs}u; k++) {{
        out[k] = (float)sum[k] * {literal(forest.unit)};
    }}
}}
"""


def _width(largest: int) -> int:
    """Bytes of the narrowest unsigned integer that holds it."""
    return 1 if largest < 1 << 8 else 2 if largest < 1 << 16 else 4


def _addition(
    forest: Forest, leaf: int, table: Table, tables: Tables, name: str
) -> tuple[np.ndarray, str]:
    """What stands for each row in the children, and the C that adds it.

    A row is one amount, or a run of entries, an output and an amount from a dictionary each, of
    which the last is marked. A run is told by the place of its first entry, or by its number where
    that makes the children narrower.
    """
    given = forest.rows != 0
    given[~given.any(axis=1), 0] = True
    row, output = given.nonzero()
    first = np.searchsorted(row, np.arange(len(given)))
    amount = forest.rows[given]
    if len(row) == len(given):
        if len(forest.start) == 1:
            where = "0"
        else:
            where = "next" if (output == row).all() else f"{table(output, 'outputs')}[next]"
        value = _single(amount, table, tables, name)
        return first, f"        next -= {leaf}u;\n        sum[{where}] += {value};"
    if _width(leaf + first[-1]) > _width(leaf + len(given) - 1):
        place, begin = np.arange(len(given)), f"{table(first, 'rows')}[next - {leaf}u]"
    else:
        place, begin = first, f"(next - {leaf}u)"
    values, word = np.unique(amount, return_inverse=True)
    value = tables.add("int32_t", values, f"{name}_values")
    last = np.append(row[1:] != row[:-1], True)
    both = np.stack([2 * output + last, word], axis=1).ravel()
    entries = table(both, "entries")
    return (
        place,
        f"""\
        next = 2u * {begin};
        do {{
            k = {entries}[next];
            sum[k >> 1] += {value}[{entries}[next + 1u]];
            next += 2u;
        }} while ((k & 1u) == 0u);""",
    )


def _single(amounts: np.ndarray, table: Table, tables: Tables, name: str) -> str:
    """C of the only amount of row ``next``: a number, from a table, or from a dictionary."""
    values, index = np.unique(amounts, return_inverse=True)
    if len(values) == 1:
        return str(int(values[0]))
    if 4 * len(amounts) <= _width(len(values) - 1) * len(amounts) + 4 * len(values):
        return f"{tables.add('int32_t', amounts, f'{name}_amounts')}[next]"
    words = table(index, "words")
    return f"{tables.add('int32_t', values, f'{name}_values')}[{words}[next]]"


def _preorder(forest: Forest) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Inner nodes in preorder, places of the roots, and what is known of the children.

    For both children of each node: how many nodes it lies further, 0 for a leaf; and its row, 0 for
    an inner node.
    """
    inner: list[int] = []
    roots = []
    for root in forest.roots:
        roots.append(len(inner))
        waiting = [int(root)]
        while waiting:
            node = waiting.pop()
            if forest.feature[node] >= 0:
                inner.append(node)
                waiting += [int(forest.right[node]), int(forest.left[node])]
    order = np.array(inner)
    place = np.zeros(len(forest.feature), dtype=np.int64)
    place[order] = np.arange(len(order))
    children = np.stack([forest.left[order], forest.right[order]], axis=1)
    is_leaf = forest.feature[children] < 0
    further = np.where(is_leaf, 0, place[children] - np.arange(len(order))[:, None])
    return (
        order,
        np.array(roots),
        further.ravel(),
        np.where(is_leaf, forest.row[children], 0).ravel(),
    )
