#!/usr/bin/env python3
"""Copies the README and every page of the documentation for the package, with links that lead to each other there.

usage: pages.py REPOSITORY FOLDER

A page has its name in small letters. A link to a file that the package does not have becomes its text; one to a page that does not exist
ends this with 1.
"""
import os
import re
import shutil
import sys

PAGES = "Sources/customer-worker/Documentation.docc"
# Where a file of the repository is installed, as seen from the folder of the pages.
INSTALLED = {
    "config/customer-worker.yaml": "/etc/customer-worker/config.yaml",
    "config/asyncapi.yaml": "/usr/share/customer-worker/asyncapi.yaml",
    "config/schemas": "/usr/share/customer-worker/schemas",
}


def main():
    repository, folder = sys.argv[1:]
    source = os.path.join(repository, PAGES)
    names = {name.removesuffix(".md"): name.lower() for name in os.listdir(source) if name.endswith(".md")}
    titles = {}
    for name in names:
        with open(os.path.join(source, f"{name}.md")) as file:
            titles[name] = re.search(r"^# (.*)$", file.read(), re.MULTILINE)[1].strip("`")

    def page(found):
        name, _, place = found[1].partition("#")
        if name and name not in names:
            sys.exit(f"<doc:{found[1]}>: there is no such page")
        return f"[{titles[name] if name else place}]({names[name] if name else ''}{'#' + place.lower() if place else ''})"

    def link(found):
        text, target = found[1], found[2]
        path = target.removeprefix(f"{PAGES}/")
        if ":" in target or target.startswith("#"):
            return found[0]
        if path.removesuffix(".md") in names and path.endswith(".md"):
            return f"[{text}]({names[path.removesuffix('.md')]})"
        if path.endswith(".svg") and os.path.exists(os.path.join(source, path)):
            return f"[{text}]({path})"
        return f"[{text}]({INSTALLED[target]})" if target in INSTALLED else text

    os.makedirs(folder, exist_ok=True)
    for path, name in [(os.path.join(repository, "README.md"), "README.md")] + [
        (os.path.join(source, f"{page}.md"), name) for page, name in names.items()
    ]:
        with open(path) as file:
            text = file.read()
        text = re.sub(r"<doc:([^>]+)>", page, text)
        text = re.sub(r"\[([^\]]*)\]\(([^)\s]+)\)", link, text)
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    for name in os.listdir(source):
        if name.endswith(".svg"):
            shutil.copyfile(os.path.join(source, name), os.path.join(folder, name))


if __name__ == "__main__":
    main()
