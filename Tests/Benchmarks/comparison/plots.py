"""The same medians as bars: rates of what was waiting, and latencies at a steady rate."""
import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as pyplot  # noqa: E402

from .table import TITLES, by_worker, median  # noqa: E402

# Text stays text, and the same figures make the same file.
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "customer-worker", "font.size": 9})
OURS, PEER = "#1f6feb", "#9aa4b2"


def bars(path, rows, parts, figure, unit):
    """One panel for each part, a bar for each worker, longest rate or shortest wait on top."""
    parts = [part for part in parts if any(row["part"] == part and figure in row for row in rows)]
    if not parts:
        return
    panels = []
    for part in parts:
        found = by_worker([row for row in rows if row["part"] == part and row.get(figure) is not None])
        panels.append(sorted(((median(some, figure), name, some[0]["ours"]) for name, some in found.items()), key=lambda bar: bar[0]))
    height = sum(0.32 * len(panel) + 0.75 for panel in panels)
    plot, axes = pyplot.subplots(
        len(parts), 1, figsize=(8.2, height), squeeze=False, height_ratios=[len(panel) + 1.5 for panel in panels])
    for axis, part, panel in zip(axes[:, 0], parts, panels):
        if figure != "rate":
            panel = panel[::-1]
        drawn = axis.barh([name for _, name, _ in panel], [v for v, _, _ in panel], color=[OURS if o else PEER for _, _, o in panel])
        axis.bar_label(drawn, [f"{v:,.0f}" if v >= 100 else f"{v:.1f}" for v, _, _ in panel], padding=3)
        axis.set_title(f"{TITLES[part]} ({unit})", loc="left", fontsize=9)
        axis.margins(x=0.12)
        axis.xaxis.set_visible(False)
        for side in ("top", "right", "bottom"):
            axis.spines[side].set_visible(False)
    plot.tight_layout()
    plot.savefig(path, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    pyplot.close(plot)
