"""A day of series, made of the seconds that were recorded of a worker, and promtool's verdict on the alerts over it.

A phase that lasts is stretched: its counters continue at the rate that was seen, gauges that grow (ages, lag, waiting letters) at theirs,
and other gauges repeat. A transition is played as it was. So is a phase in which the process changed, again and again.
"""
import dataclasses
import json
import os
import re
import shutil
import subprocess
import tempfile

import harness

FOLDER = os.path.join(harness.ROOT, "config", "prometheus")
PROMTOOL = os.path.join(harness.ROOT, ".build", "test-tools", "promtool")
JOB, INSTANCE = "customer-worker", "a:9464"
STEP = 30  # Seconds between two scrapes.
#: Tickets about the machine that the tests run on: a single flush that took a second, stretched to hours, is a slow disk.
MACHINE = {"StoreSlow"}
COUNTERS = re.compile(r"_(total|bucket|sum|count)(\{|$)")
GROWING = re.compile(
    r"customer_worker_(consumer_lag|consumer_lag_age_seconds|oldest_unfinished_seconds|dead_letters_waiting|dead_letters_oldest_seconds)(\{|$)"
)


@dataclasses.dataclass
class Event:
    """What an event of the day must fire, all of it, and may fire besides; names without CustomerWorker."""

    minutes: float
    must: set
    may: set = dataclasses.field(default_factory=set)
    early: float = 0  # Minutes for which no page may come.
    tail: float = 45  # Minutes after which all is silent again: the longest window of a rule, and its time.


@dataclasses.dataclass
class Scrape:
    """One answer; `samples` is None without one."""

    at: float
    process: int
    samples: dict | None

    @classmethod
    def read(cls, at, process, text):
        lines = [line.rsplit(" ", 1) for line in (text or "").splitlines() if not line.startswith("#")]
        return cls(at, process, {series: float(value) for series, value in lines} if text else None)


@dataclasses.dataclass
class Phase:
    name: str
    is_steady: bool
    scrapes: list

    def json(self):
        return [self.name, self.is_steady, [[s.at, s.process, s.samples] for s in self.scrapes]]

    @classmethod
    def of(cls, json):
        return cls(json[0], json[1], [Scrape(*scrape) for scrape in json[2]])

    @property
    def seconds(self):
        return self.scrapes[-1].at - self.scrapes[0].at if self.scrapes else 0

    @property
    def is_healthy(self):
        """Then nothing grows for long, whatever two looks within seconds of each other say."""
        return self.name == "healthy"

    @property
    def is_loop(self):
        return len({scrape.process for scrape in self.scrapes}) > 1

    def at(self, seconds):
        """The last scrape before a time, counted from the first."""
        start = self.scrapes[0].at
        return next(scrape for scrape in reversed(self.scrapes) if scrape.at - start <= seconds)


class Day:
    """Series by name with labels, each with a value or None for every step; and the events with their times in seconds."""

    def __init__(self):
        self.series, self.events, self.length = {}, [], 0
        self.extra, self.starts, self.seconds = {}, {}, 0.0

    def play(self, phase, identity, seconds):
        """Adds a phase of this length; `identity` tells recordings apart."""
        scrapes = [scrape for scrape in phase.scrapes if scrape.samples]
        if not scrapes or seconds <= 0:
            return
        is_stretched = phase.is_steady and not phase.is_loop
        first, last = scrapes[0], scrapes[-1]
        span = max(last.at - first.at, 1e-9)
        while self.length * STEP < self.seconds + seconds:
            since = self.length * STEP - self.seconds
            turn, within = divmod(since, max(phase.seconds, 0.5)) if phase.is_steady else (0, since)
            scrape = phase.at(within)
            process = (identity, scrape.process, turn if phase.is_loop else 0)
            values = {}
            for series, value in (scrape.samples or {}).items():
                begun, ended = first.samples.get(series, value), last.samples.get(series, value)
                if is_stretched and COUNTERS.search(series):
                    value = begun + (ended - begun) / span * since
                elif is_stretched and not phase.is_healthy and GROWING.match(series) and grows(scrapes, series):
                    value = begun + (ended - begun) / span * since
                elif series == "process_start_time_seconds":
                    known = self.starts.setdefault(process, (value, self.length * STEP - 2))
                    value = known[1] + (value - known[0])
                values[series] = value + self.extra.get((process, series), 0)
            self.add(values)
        if is_stretched:
            process = (identity, first.process, 0)
            for series in filter(COUNTERS.search, last.samples):
                grown = last.samples[series] - first.samples.get(series, last.samples[series])
                key = (process, series)
                self.extra[key] = self.extra.get(key, 0) + grown / span * seconds - grown
        self.seconds += seconds

    def add(self, values):
        """One scrape; it has no values when there was no answer."""
        labelled = {label(series, JOB, INSTANCE): value for series, value in values.items()}
        labelled[label("up", JOB, INSTANCE)] = 1 if values else 0
        # Another program on the same machine, which starts again every few minutes, and one that claims the same address.
        for job, instance in (("node", "a:9100"), ("other", INSTANCE)):
            labelled[label("process_start_time_seconds", job, instance)] = self.length * STEP // 300 * 300
            for name in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds"):
                labelled[label(name, job, instance)] = 1_000
        for series in labelled.keys() - self.series.keys():
            self.series[series] = [None] * self.length
        for series, values in self.series.items():
            values.append(labelled.get(series))
        self.length += 1

    def changed(self, change):
        """The same day with other values."""
        other = Day()
        other.events, other.length = self.events, self.length
        other.series = {series: change(series, values) for series, values in self.series.items()}
        return other


def grows(scrapes, series):
    """Whether a gauge only grows, as it does not while a lag comes and goes."""
    values = [scrape.samples.get(series, 0) for scrape in scrapes]
    return values == sorted(values)


def label(series, job, instance):
    name, _, labels = series.partition("{")
    return f'{name}{{{labels[:-1] + "," if labels else ""}job="{job}",instance="{instance}"}}'


def day_of(recordings, events):
    """A day with these events, or less when they are not all: between them the worker is healthy."""
    parts = []
    for identity, phases in enumerate(recordings):
        for index, phase in enumerate(phases):
            if phase.name in events:
                around = [phases[i] for i in range(max(0, index - 2), min(len(phases), index + 3))]
                parts.append((identity, phase.name, around))
    spent = sum(event.minutes for event in events.values())
    # As many healthy times as there are before and after events, of a day.
    healthy = max(60, (24 * 60 - spent) / (2 * len(parts))) if len(parts) > 3 else 60
    day = Day()
    for identity, name, around in parts:
        for phase in around:
            start = day.seconds
            if phase.name == name:
                day.play(phase, identity, events[name].minutes * 60 if phase.is_steady else phase.seconds)
                day.events.append((name, start, day.seconds, events[name]))
            elif phase.is_steady:
                day.play(phase, identity, healthy * 60)
            else:
                day.play(phase, identity, phase.seconds)
    return day


class Rules:
    """The shipped rules, or a copy with a mistake in it."""

    def __init__(self, drop=None, change=None):
        with open(os.path.join(FOLDER, "alerts.yml")) as file:
            self.text = file.read()
        if drop:
            self.text, count = re.subn(rf"      - alert: CustomerWorker{drop}\n(?:(?!      - alert).*\n)*", "", self.text)
            harness.expect(count == 1, f"no rule {drop}")
        if change:
            harness.expect(change[0] in self.text, f"no {change[0]} in the rules")
            self.text = self.text.replace(*change)

    def judge(self, day):
        """What is wrong, as sentences, and what was looked at."""
        questions = []

        def ask(start, end, expected, ignored, what, more=""):
            minutes = int((end - start) // 60)
            if minutes <= 0:
                return
            names = "|".join(f"CustomerWorker{name}" for name in sorted(ignored | MACHINE))
            exclude = f',alertname!~"{names}"'
            expr = f'group by (alertname) (max_over_time(ALERTS{{alertstate="firing"{exclude}{more}}}[{minutes}m]))'
            samples = [{"labels": f'{{alertname="CustomerWorker{name}"}}', "value": 1} for name in sorted(expected)]
            questions.append((expr, int(end) // STEP * STEP, samples, what))

        quiet_since = 0
        for name, start, end, event in day.events:
            ask(quiet_since, start, set(), set(), f"healthy before {name}")
            ask(start, start + event.early * 60, set(), set(), f"{name}: too early", ',severity="page"')
            ask(start, end + 60, event.must, event.may, name)
            quiet_since = end + event.tail * 60
        ask(quiet_since, (day.length - 1) * STEP, set(), set(), "healthy at the end")
        tests = {
            "rule_files": ["alerts.yml"],
            "evaluation_interval": f"{STEP}s",
            "tests": [{
                "interval": f"{STEP}s",
                "input_series": [{"series": series, "values": written(values)} for series, values in day.series.items()],
                "promql_expr_test": [
                    {"expr": expr, "eval_time": f"{at}s", "exp_samples": samples} for expr, at, samples, _ in questions
                ],
            }],
        }
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "alerts.yml"), "w") as file:
                file.write(self.text)
            with open(os.path.join(folder, "day.yml"), "w") as file:
                json.dump(tests, file)
            said = subprocess.run([PROMTOOL, "test", "rules", "day.yml"], cwd=folder, capture_output=True, text=True, timeout=120)
            if os.environ.get("KEEP_DAY"):
                shutil.copy(os.path.join(folder, "day.yml"), os.environ["KEEP_DAY"])
        problems = []
        for found in re.finditer(r"expr: (\".*\"), time: (\S+),\s*exp:(.*)\s*got:(.*)", said.stdout + said.stderr):
            key = (json.loads(found[1]), seconds(found[2]))
            names = [what for expr, at, _, what in questions if (expr, at) == key]
            problems.append(f"{names}: expected {alerts(found[3])}, fired {alerts(found[4])}")
        if said.returncode != 0 and not problems:
            problems.append(f"promtool: {said.stdout[-2000:]}{said.stderr[-2000:]}")
        facts = f"{len(day.events)} events in {day.seconds / 3600:.1f} h, {len(day.series)} series, {len(questions)} windows"
        return problems, facts


def alerts(text):
    return sorted(set(re.findall(r"CustomerWorker(\w+)", text))) or "nothing"


def seconds(text):
    """The seconds of Prometheus' durations, such as 1h30m."""
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([dhms])", text))


def number(value):
    return f"{value:.6f}".rstrip("0").rstrip(".")


def written(values):
    """In promtool's notation: a run of equal values as one word, and a mark where a series ends."""
    words, index = [], 0
    while index < len(values):
        end = index
        while end + 1 < len(values) and values[end + 1] == values[index]:
            end += 1
        count, value = end - index, values[index]
        if value is None:
            words.append("stale" if index else "_")
            if count:
                words.append(f"_x{count}")
        else:
            words.append(f"{number(value)}x{count}" if count else number(value))
        index = end + 1
    return " ".join(words)
