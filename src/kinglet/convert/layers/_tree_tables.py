"""Trees as tables that one loop walks: the smallest form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kinglet.ccode import Tables, literal
from kinglet.convert.layers._forest import Forest

Table = Callable[[np.ndarray, str], tuple[str, str]]


def source(forest: Forest, name: str, tables: Tables) -> str:
    """C of the function; its tables are added to the others.

    A node takes four bytes of threshold, and as few as they need for the feature and each of the
    two children. Nodes lie in preorder. A child is told by how many nodes it lies further, or, from
    ``leaf`` on, by the row that it adds.
    """

    def table(values: np.ndarray, hint: str) -> tuple[str, str]:
        """Name and type of a table in the narrowest integers that hold it."""
        kinds = ("uint8_t", "uint16_t", "uint32_t")
        ctype = next(
            kind for kind, bits in zip(kinds, (8, 16, 32), strict=True) if values.max() < 1 << bits
        )
        return tables.add(ctype, values, f"{name}_{hint}"), ctype

    inner, roots, further, row = _preorder(forest)
    leaf = int(further.max()) + 1
    ordered = forest.bits[inner].astype(np.int64)
    ordered = np.where(ordered >> 31, ordered ^ 0xFFFFFFFF ^ (1 << 31), ordered).astype(np.uint32)
    thresholds = tables.add("int32_t", ordered.view(np.int32), f"{name}_thresholds")
    features, _ = table(forest.feature[inner], "features")
    children, _ = table(np.where(further > 0, further, row + leaf), "children")
    starts, _ = table(roots, "roots")
    outputs = len(forest.start)
    start = ", ".join(str(int(value)) for value in forest.start)
    return f"""
/* Walk each tree from its root to a leaf, and add the row of the leaf. */
KN_STEP void {name}(const float *in, float *out)
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
        next -= {leaf}u;
{_addition(forest, table, tables, name)}
    }}
    for (k = 0; k < {outputs}u; k++) {{
        out[k] = (float)sum[k] * {literal(forest.unit)};
    }}
}}
"""


def _addition(forest: Forest, table: Table, tables: Tables, name: str) -> str:
    """C that adds row ``next``: a single value, or values of all outputs from a dictionary."""
    count, outputs, rows = forest.singles, len(forest.start), forest.rows
    single = several = ""
    if count:
        place = np.abs(rows[:count]).argmax(axis=1)
        amount = tables.add("int32_t", rows[np.arange(count), place], f"{name}_amounts")
        output = f"{table(place, 'outputs')[0]}[next]" if outputs > 1 else "0"
        single = f"            sum[{output}] += {amount}[next];"
    if count < len(rows):
        values, index = np.unique(rows[count:], return_inverse=True)
        words, ctype = table(index.ravel(), "rows")
        value = tables.add("int32_t", values, f"{name}_values")
        several = f"""\
            const {ctype} *const row = {words} + (next - {count}u) * {outputs}u;
            for (k = 0; k < {outputs}u; k++) {{
                sum[k] += {value}[row[k]];
            }}"""
    if single and several:
        return (
            f"        if (next < {count}u) {{\n{single}\n        }} else {{\n{several}\n        }}"
        )
    return f"        {{\n{single or several}\n        }}"


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
