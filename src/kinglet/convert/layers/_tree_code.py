"""Trees as nested ifs: the quickest form."""

from __future__ import annotations

from kinglet.ccode import literal
from kinglet.convert.layers._forest import Forest

_REGISTERS = 8  # outputs up to which sums live in registers


def source(forest: Forest, name: str) -> str:
    """C of one function with a block of ifs for each tree.

    Sums of many outputs are static, so that the compiler leaves them in memory instead of moving
    all of them about at each leaf.
    """
    outputs = len(forest.start)
    trees = "\n".join("\n".join(_lines(forest, root)) for root in forest.roots)
    trees = trees or "    (void)in;"
    if outputs <= _REGISTERS:
        start = ", ".join(str(int(value)) for value in forest.start)
        sums = f"    int32_t sum[{outputs}] = {{{start}}};"
        begin = ""
    else:
        sums = f"    static int32_t sum[{outputs}];"
        begin = "\n".join(f"    sum[{k}] = {int(value)};" for k, value in enumerate(forest.start))
    end = "\n".join(
        f"    out[{k}] = (float)sum[{k}] * {literal(forest.unit)};" for k in range(outputs)
    )
    return f"""/* A block of ifs for each tree; every leaf adds to the sums. */
KN_SMALL KN_STEP void {name}(const float *in, float *out)
{{
{sums}
{begin}
{trees}
{end}
}}
"""


def _lines(forest: Forest, node: int, depth: int = 1) -> list[str]:
    """C of the subtree at a node."""
    indent = "    " * min(depth, 12)
    if forest.feature[node] < 0:
        row = forest.rows[forest.row[node]]
        return [f"{indent}sum[{k}] += {int(row[k])};" for k in row.nonzero()[0]]
    bits, value = int(forest.bits[node]), f"in[{int(forest.feature[node])}]"
    if bits >> 31:
        question = f"kn_at_most_negative({value}, 0x{bits:08X}u)"
    else:
        question = f"kn_at_most({value}, 0x{bits:08X})"
    return [
        f"{indent}if ({question}) {{",
        *_lines(forest, int(forest.left[node]), depth + 1),
        f"{indent}}} else {{",
        *_lines(forest, int(forest.right[node]), depth + 1),
        f"{indent}}}",
    ]
