"""What the machine spent, by /proc."""
import os
import time

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of a process so far; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_megabytes(pid):
    """The peak of its resident set."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def busy_seconds():
    """What all cores of the machine did, whoever asked for it."""
    with open("/proc/stat") as file:
        fields = [int(text) for text in file.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


class Meter:
    """Spans of a run: the worker's CPU, and how many cores others kept busy that have no part in the run."""

    def __init__(self, worker, helpers):
        self.worker, self.helpers = worker, [*helpers, os.getpid()]
        self.mark()

    def mark(self):
        self.at = self.now()

    def now(self):
        ours = cpu_seconds(self.worker)
        return time.monotonic(), ours, ours + sum(cpu_seconds(pid) for pid in self.helpers), busy_seconds()

    def since(self):
        """Seconds, the worker's CPU seconds, cores kept busy by others."""
        then, now = self.at, self.now()
        elapsed, worker, known, busy = (b - a for a, b in zip(then, now))
        return elapsed, worker, max(0.0, (busy - known) / max(elapsed, 0.001))
