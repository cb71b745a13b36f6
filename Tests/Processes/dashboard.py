"""Evaluates the dashboard's queries with a real Prometheus on series that are given to it."""
import contextlib
import copy
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import harness
from synthetic_day import JOB, STEP, number

TOOLS = os.path.join(harness.ROOT, ".build", "test-tools")
#: Each fourth scrape: a dashboard that shows a day has no more points.
EVERY = 4


def read():
    with open(os.path.join(harness.ROOT, "config", "grafana", "customer-worker.json")) as file:
        return json.load(file)


def queries(dashboard):
    """Every query, with the name of what draws it."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f"panel «{panel['title']}» {target['refId']}", target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield f"annotation «{annotation['name']}»", annotation["expr"]


class Prometheus(contextlib.ExitStack):
    """A server with a day of series in its past."""

    def __init__(self, day):
        super().__init__()
        folder = self.enter_context(tempfile.TemporaryDirectory())
        self.end = int(time.time()) - 3_600
        self.start = self.end - day.length * STEP
        text, data = os.path.join(folder, "day.txt"), os.path.join(folder, "data")
        with open(text, "w") as file:
            for series, values in sorted(day.series.items()):
                for index in range(0, day.length, EVERY):
                    if values[index] is not None:
                        at = self.start + index * STEP
                        # Seconds of the day become those since 1970.
                        value = values[index] + (self.start if series.startswith("process_start_time") else 0)
                        file.write(f"{series} {number(value)} {at}\n")
            file.write("# EOF\n")
        made = subprocess.run(
            [os.path.join(TOOLS, "promtool"), "tsdb", "create-blocks-from", "openmetrics", text, data], capture_output=True, text=True
        )
        harness.expect(made.returncode == 0, f"promtool: {made.stderr[-1000:]}")
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w") as file:
            file.write("{}\n")
        port = harness.free_port()
        self.url = f"http://127.0.0.1:{port}/api/v1"
        self.enter_context(harness.process(
            [os.path.join(TOOLS, "prometheus"), f"--config.file={config}", f"--storage.tsdb.path={data}",
             f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=30d"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        harness.wait_until(lambda: harness.get(port, "/-/ready")[0] == 200 or "not ready", 30, "Prometheus")

    def ask(self, route, **parameters):
        body = urllib.parse.urlencode(parameters).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/{route}", data=body, timeout=60) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from None

    def values(self, definition):
        """What `label_values(metric, label)` of a variable means."""
        found = re.fullmatch(r"label_values\((.*), *(\w+)\)", definition)
        selected = self.ask("series", **{"match[]": found[1], "start": self.start, "end": self.end})
        return sorted({series[found[2]] for series in selected if found[2] in series})

    def judge(self, dashboard):
        """What is wrong, as sentences, and what was looked at."""
        # As Grafana puts it in for «All»: the values that the variable has, unless the dashboard says what All means.
        filled = {"$__rate_interval": "10m", "$__interval": "10m"}
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                definition = variable["definition"]
                for name, value in filled.items():
                    definition = definition.replace(name, value)
                everything = variable.get("allValue") or "(" + "|".join(map(re.escape, self.values(definition))) + ")"
                filled[f"${variable['name']}"] = everything.replace("\\", "\\\\")
        problems, points = [], 0
        for name, query in queries(dashboard):
            for variable, value in filled.items():
                query = query.replace(variable, value)
            if "$" in query:
                problems.append(f"{name}: a variable is not known: {query}")
                continue
            found = self.ask("query_range", query=query, start=self.start, end=self.end, step=EVERY * STEP)["result"]
            values = [value for series in found for _, value in series["values"] if value != "NaN"]
            points += len(values)
            if not values:
                problems.append(f"{name} has no data: {query}")
            if foreign := {series["metric"]["job"] for series in found if series["metric"].get("job", JOB) != JOB}:
                problems.append(f"{name} draws other programs: {sorted(foreign)}")
        return problems, f"{len(list(queries(dashboard)))} queries, {points} points"


def _with(change):
    def changed(dashboard):
        return json.loads(change(json.dumps(copy.deepcopy(dashboard))))

    return changed


#: Mistakes that must be noticed, each with a part of the sentence.
MISTAKES = [
    ("a metric that does not exist", _with(lambda text: text.replace("customer_worker_in_flight", "customer_worker_inflight")), "has no data"),
    ("a panel of all programs", _with(lambda text: re.sub(r"(process_resident_memory_bytes)\{.*?\}", r"\1", text)), "other programs"),
    ("All that means anything", _with(
        lambda text: text.replace('"includeAll": true', '"includeAll": true, "allValue": ".*"')), "other programs"),
]
