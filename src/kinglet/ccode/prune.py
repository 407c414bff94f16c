"""Functions that nothing calls are taken out of the text, so that a reader meets only what runs."""

from __future__ import annotations

import re

_FUNCTION = re.compile(
    r"(?:^/\*(?:(?!\*/)[\s\S])*\*/\n)?"  # the comment just above
    r"^(?:KN_HELPER|KN_STEP|KN_SQRT) [^;{]*?\b(kn_\w+)\([^;{]*?\)\n\{\n[\s\S]*?^\}\n",
    re.MULTILINE,
)


def _uses(name: str, text: str) -> int:
    return len(re.findall(rf"\b{name}\b", text))


def prune(text: str) -> str:
    """Drop every helper and step, with the comment above it, that the rest never names."""
    while True:
        unused = [
            match
            for match in _FUNCTION.finditer(text)
            if _uses(match.group(1), text) == _uses(match.group(1), match.group(0))
        ]
        if not unused:
            return re.sub(r"\n{3,}", "\n\n", text)
        for match in reversed(unused):
            text = text[: match.start()] + text[match.end() :]
