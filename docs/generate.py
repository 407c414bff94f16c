"""Write ``steps.md`` from the records: ``python docs/generate.py``, or ``make docs``."""

from pathlib import Path

from kinglet.record import Parameter, Record, models, selectors, steps

PAGE = Path(__file__).with_name("steps.md")
_KINDS = {
    "signal": "Signal steps: axes of samples in, axes of samples out",
    "features": "Feature steps: the end of a branch",
    "vector": "Vector steps: over the joined features",
}


def _range(parameter: Parameter) -> str:
    if parameter.choices:
        return ", ".join(str(choice) for choice in parameter.choices)
    return f"{parameter.low:g} to {parameter.high:g}, {parameter.scale}"


def section(record: Record) -> str:
    """One step, model or selector."""
    lines = [f"### {record.title} (`{record.name}`)", "", record.doc]
    if record.source:
        lines += ["", f"Source: {record.source}."]
    if record.parameters:
        lines += ["", "| parameter | meaning | values | default |", "|---|---|---|---|"]
        lines += [
            f"| `{p.name}` | {p.doc} | {_range(p)}{' ' + p.unit if p.unit else ''} | {p.default} |"
            for p in record.parameters
        ]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    parts = [
        "# Steps and models",
        "Written from the records by `make docs`; a pipeline is branches of signal steps that each "
        "end in a feature step, a selection of the joined features, a vector step and a model.",
    ]
    for kind, title in _KINDS.items():
        parts.append(f"## {title}")
        parts += [section(step) for step in steps() if step.kind == kind]
    parts.append("## Selectors: which of the joined features are kept")
    parts += [section(selector) for selector in selectors()]
    parts.append("## Models")
    parts += [section(model) for model in models()]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
