"""A PostgreSQL that can be stopped, started again with its data, and frozen; run by Tests/Scripts/postgres.sh."""
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile

from harness import ROOT, expect


class Postgres:
    """One server, with a socket in a folder of its own; with a port it listens there too."""

    def __init__(self, folder, settings=(), port=None):
        self.folder, self.settings, self.process, self.pid = folder, list(settings), None, None
        if port:
            self.settings.append("listen_addresses=127.0.0.1")
        # The name of the socket has the port in it.
        self.env = {**os.environ, "PGPORT": str(port or 5432)}
        self.url = f"postgres:///postgres?host={folder}&port={port or 5432}&user=postgres"

    def start(self):
        script = os.path.join(ROOT, "Tests", "Scripts", "postgres.sh")
        self.process = subprocess.Popen(
            [script, self.folder, *self.settings], env=self.env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline().split()
        expect(said[:1] == ["ready"], f"PostgreSQL did not start: see {self.folder}/server.log")
        self.pid = int(said[1])

    def stop(self):
        """An immediate end; its data stay, as after a crash."""
        if self.process:
            self.process.stdin.close()
            self.process.wait(timeout=30)
            self.process = None

    def _processes(self):
        yield self.pid
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as file:
                if int(file.read().rsplit(")", 1)[1].split()[1]) == self.pid:
                    yield int(name)

    def freeze(self):
        """From now on it accepts and never answers, on old connections and on new ones."""
        for pid in self._processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in list(self._processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def query(self, sql):
        """The rows, as lists of texts."""
        said = subprocess.run(
            ["psql", "-X", "-A", "-t", "-F", "\t", "-h", self.folder, "-U", "postgres", "-c", sql],
            env=self.env, capture_output=True, text=True, timeout=300)
        expect(said.returncode == 0, said.stderr)
        return [line.split("\t") for line in said.stdout.splitlines() if line]


@contextlib.contextmanager
def postgres(*settings, port=None):
    # The path of a socket must be short, and TMPDIR may be long.
    folder = tempfile.mkdtemp(prefix="cw-pg-", dir="/tmp")
    os.chmod(folder, 0o755)
    server = Postgres(folder, settings, port)
    try:
        server.start()
        yield server
    finally:
        if server.process:
            server.thaw()
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
