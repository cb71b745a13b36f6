#!/usr/bin/env python3
"""Fills the commands, exit codes and variables of the program into its manual page.

usage: manual.py TEMPLATE DUMP SETTINGS >customer-worker.1

DUMP is what `customer-worker --experimental-dump-help` prints, so that the page cannot name an option or a code that is not there;
SETTINGS is what `customer-worker config show --json` prints without a file and without variables.
"""
import json
import os
import re
import sys
import time


def escaped(text):
    """Text of mdoc: each sentence on its line, no backslash, and no line that begins with a dot or an apostrophe."""
    text = re.sub(r"([.:;]) (?=[A-Z])", r"\1\n", " ".join(text.split()).replace("\\", "\\e"))
    return "\\&" + text if text.startswith((".", "'")) else text


def option(argument):
    """One option or argument with its explanation; nothing for hidden ones and for --help."""
    if not argument.get("shouldDisplay", True) or argument.get("valueName") in ("help", "version"):
        return []
    names = [("-" if name["kind"] == "long" else "") + name["name"] for name in argument.get("names") or []]
    value = argument.get("valueName", "value")
    if argument["kind"] == "positional":
        head = f".It Ar {value}"
    else:
        head = ".It " + " , ".join(f"Fl {name}" for name in names)
        if argument["kind"] == "option":
            head += f" Ar {value}"
    default = argument.get("defaultValue")
    text = escaped(argument.get("abstract") or "")
    return [head, text] + ([f"The default is {escaped(default)}."] if default else [])


def commands(command, path=()):
    """The leaves of the tree of commands, in the program's order."""
    children = [child for child in command.get("subcommands") or [] if child["commandName"] != "help"]
    lines = []
    for child in children:
        lines += commands(child, (*path, child["commandName"]))
    if children or not path:
        return lines
    lines = [f".Ss {' '.join(path)}", escaped(command.get("abstract") or "")]
    discussion, _, examples = (command.get("discussion") or "").partition("Examples:\n")
    if discussion.strip():
        lines += [".Pp", escaped(discussion)]
    options = [line for argument in command.get("arguments") or [] for line in option(argument)]
    if options:
        lines += [".Bl -tag -width Ds", *options, ".El"]
    for line in examples.splitlines():
        lines += [".Pp", f".Dl {line.strip()}"] if line.startswith("    ") else [".Pp", escaped(line)]
    return lines


def exit_status(root):
    """The codes of the table in the program's own help."""
    codes = re.findall(r"^ +(\d+) +(\S.*)$", root.get("discussion") or "", re.MULTILINE)
    if not codes:
        sys.exit("the help of the program has no exit codes")
    return [line for code, meaning in codes for line in (f".It {code}", escaped(meaning))]


def variables(settings):
    """A variable for each setting, with its key and default."""
    lines = []
    for setting in settings:
        key, value = setting["key"], setting["value"]
        default = "none" if value in (None, "", "[]", "{}") else escaped(str(value))
        lines += [f".It Ev FLEXPRICE_{key.upper().replace('.', '_')}", f".Cm {key} ;", f"the default is {default}."]
    return lines


def main():
    template, dump = open(sys.argv[1]).read(), json.load(open(sys.argv[2]))["command"]
    settings = json.load(open(sys.argv[3]))["settings"]
    date = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
    version = next((a.get("defaultValue") for a in dump.get("arguments", []) if a.get("valueName") == "version"), None)
    page = template.replace("@COMMANDS@", "\n".join(commands(dump)))
    page = page.replace("@EXIT_STATUS@", "\n".join(exit_status(dump))).replace("@VARIABLES@", "\n".join(variables(settings)))
    page = page.replace("@DATE@", f"{time.strftime('%B', date)} {date.tm_mday}, {date.tm_year}")
    print(page.replace(" @VERSION@", f" {version}" if version else ""), end="")


if __name__ == "__main__":
    main()
