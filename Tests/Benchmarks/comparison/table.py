"""The medians of all runs as tables in Markdown, the range beside each where there is more than one."""
import statistics

# Heading, figure, format, for each kind of part.
COLUMNS = {
    "throughput": (
        ("commands/s", "rate", "{:,.0f}"), ("of concurrency/latency", "of_ideal", "{:.2f}"),
        ("from start/s", "wall_rate", "{:,.0f}"), ("CPU s per 1,000", "cpu", "{:.3f}"), ("peak MB", "peak", "{:.0f}"),
        ("other load, cores", "others", "{:.2f}"),
    ),
    "latency": (
        ("p50 ms", "p50", "{:.1f}"), ("p90 ms", "p90", "{:.1f}"), ("p99 ms", "p99", "{:.1f}"), ("CPU s per 1,000", "cpu", "{:.3f}"),
        ("peak MB", "peak", "{:.0f}"),
    ),
    "transaction": (("p50 ms", "p50", "{:.1f}"), ("p99 ms", "p99", "{:.1f}")),
    "kill": (
        ("first new result after s", "first", "{:.1f}"), ("results twice", "repeated", "{:,.0f}"),
        ("API asked twice", "conflicts", "{:,.0f}"),
    ),
}
TITLES = {
    "local": "Own store, commands waiting", "api-64": "API of 20 ms, 64 requests at a time",
    "api-256": "API of 20 ms, 256 requests at a time", "local-latency": "Own store, 500 commands a second: from due to visible",
    "api-latency": "API of 20 ms, 500 commands a second: from due to visible", "transaction": "A transaction of one record, no worker at all",
    "local-kill": "Own store, kill -9 at 30 %",
    "api-kill": "API of 20 ms, kill -9 at 30 %",
}


def median(rows, figure):
    values = [row[figure] for row in rows if row.get(figure) is not None]
    return statistics.median(values) if values else None


def cell(rows, figure, form):
    values = sorted(row[figure] for row in rows if row.get(figure) is not None)
    if not values:
        return "–"
    text = form.format(statistics.median(values))
    return text if len(values) == 1 else f"{text} ({form.format(values[0])}–{form.format(values[-1])})"


def by_worker(rows):
    found = {}
    for row in rows:
        found.setdefault(row["worker"], []).append(row)
    return found


def markdown(rows, kind_of):
    """One table for each part that was measured."""
    lines = []
    for part, title in TITLES.items():
        mine = [row for row in rows if row["part"] == part]
        if not mine:
            continue
        columns = [c for c in COLUMNS[kind_of(part)] if any(row.get(c[1]) is not None for row in mine)]
        lines += [f"### {title}", "", "| worker | " + " | ".join(c[0] for c in columns) + " |", "|---|" + "--:|" * len(columns)]
        for worker, some in by_worker(mine).items():
            good = [row for row in some if "failed" not in row]
            cells = [cell(good, figure, form) for _, figure, form in columns]
            failed = f" ({len(some) - len(good)} of {len(some)} runs failed)" if len(good) < len(some) else ""
            lines.append(f"| {worker}{failed} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)
