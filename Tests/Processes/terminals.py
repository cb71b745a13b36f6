"""Programs in terminals of their own: sessions of a tmux that has its own socket and settings.

A terminal is given a size and a command, is looked at (`picture`), typed into (`type`) and resized. Nothing here knows what the
program is; the tmux ends with the `with` block, and everything in it.
"""
import contextlib
import itertools
import os
import subprocess
import time
import unicodedata

from harness import expect

#: What is said below a command that has ended.
ENDED = "[exit "


def columns(line):
    """How many columns of a terminal a line takes: none for combining marks, two for wide characters."""
    return sum(
        0 if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in line
    )


class Terminals:
    """A tmux server; its sessions inherit `env`."""

    def __init__(self, env, folder):
        self.env = {k: v for k, v in env.items() if k not in ("COLUMNS", "LINES", "NO_COLOR", "TMUX")} | {"LC_ALL": "C.UTF-8"}
        self.folder = folder
        settings = os.path.join(folder, "tmux.conf")
        with open(settings, "w") as file:
            # It would end with a session, while another one is being made.
            file.write("set -g exit-empty off\n")
        self.command = ["tmux", "-u", "-S", os.path.join(folder, "tmux"), "-f", settings]
        self.numbers = itertools.count()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self.command, "kill-server"], capture_output=True, timeout=20)

    def tmux(self, *arguments):
        done = subprocess.run(
            [*self.command, *arguments], env=self.env, cwd=self.folder, capture_output=True, text=True, encoding="utf-8", timeout=20
        )
        expect(done.returncode == 0, f"tmux {arguments[0]}: {done.stderr}")
        return done.stdout

    def open(self, arguments, size, shown, **env):
        """Runs a command in a new terminal, below a prompt that shows it as `shown`."""
        name = f"t{next(self.numbers)}"
        # The shell stays when a key interrupts or suspends the command.
        script = 'trap : INT TSTP; printf "\\$ %s\\n" "$0"; "$@"; printf "' + ENDED + '%d]\\n" "$?"; exec sleep 600'
        more = list(itertools.chain.from_iterable(("-e", f"{k}={v}") for k, v in env.items()))
        self.tmux("new-session", "-d", "-s", name, "-x", str(size[0]), "-y", str(size[1]), *more, "sh", "-c", script, shown, *arguments)
        return Terminal(self, name, size)


class Terminal:
    def __init__(self, terminals, name, size):
        self.terminals, self.name, self.size = terminals, name, size

    def tmux(self, command, *arguments):
        return self.terminals.tmux(command, "-t", self.name, *arguments)

    def picture(self, with_history=False):
        """What is to be seen, as lines; a line that the terminal had to wrap is one line here."""
        text = self.tmux("capture-pane", "-p", "-J", *(["-S", "-"] if with_history else []))
        return [line.rstrip() for line in text.rstrip("\n").split("\n")]

    def fact(self, name):
        """One of tmux's variables of the terminal, such as `history_size` or `alternate_on`."""
        return int(self.tmux("display-message", "-p", f"#{{{name}}}"))

    def has_colours(self):
        return "\x1b[" in self.tmux("capture-pane", "-p", "-e")

    def wait_for(self, *texts, seconds=30, absent=None):
        """Waits until some texts are to be seen, and another one is not; the picture."""
        deadline = time.monotonic() + seconds
        while True:
            picture = self.picture()
            seen = "\n".join(picture)
            if all(text in seen for text in texts) and (absent is None or absent not in seen):
                return picture
            expect(time.monotonic() < deadline, f"{texts} were not to be seen, or {absent!r} was, for {seconds} s:\n{seen}")
            time.sleep(0.1)

    def command(self):
        """The process id of what the shell runs."""
        shell = self.fact("pane_pid")
        with open(f"/proc/{shell}/task/{shell}/children") as file:
            return int(file.read().split()[0])

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))
        self.size = (width, height)

    def type(self, *keys):
        """Types keys by tmux's names, such as `C-c`."""
        self.tmux("send-keys", *keys)

    def close(self):
        with contextlib.suppress(AssertionError):
            self.tmux("kill-session")

    def expect_fit(self, picture, scrolls=False):
        """No line is wider than the terminal, and nothing has scrolled out at its top."""
        for line in picture:
            expect(columns(line) <= self.size[0], f"{columns(line)} columns in a terminal of {self.size[0]}: {line!r}")
        if not scrolls:
            lost = self.fact("history_size")
            shown = "\n".join(picture)
            expect(lost == 0, f"{lost} lines have scrolled out at the top of {self.size[1]}:\n{shown}")
