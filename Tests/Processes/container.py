#!/usr/bin/env python3
"""Runs the container image as a container engine would, without one, and checks the Kubernetes example.

usage: container.py PROGRAM IMAGE [--megabytes MOST] [CHECK…]

IMAGE is what config/container/image.py made; its files take 150 MB at most, more where its program is a debug build. The image's user, environment, command and health check are taken from it; its files are
mounted read-only but for the ledger's volume and /tmp, in namespaces of their own. As root.
"""
import argparse
import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile

import harness
import yaml
from harness import ROOT, expect, wait_until

IMAGE, MOST_MEGABYTES = None, 150
# Runs a command in a root of its own: $1 the files, $2 the ledger's volume, $3 the user, then the command.
ENTER = """
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount --bind "$2" "$1/var/lib/customer-worker"
mount -t tmpfs tmpfs "$1/tmp"
mount -t tmpfs tmpfs "$1/dev"
for device in null urandom; do touch "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done
mount -o remount,bind,ro "$1"
root="$1"; user="$3"; shift 3
exec /usr/sbin/chroot --userspec="$user" --groups= "$root" "$@"
"""


def blob(descriptor):
    with open(os.path.join(IMAGE, "blobs", *descriptor["digest"].split(":")), "rb") as file:
        return file.read()


def image():
    """The image's configuration, and its files as an archive."""
    with open(os.path.join(IMAGE, "index.json")) as file:
        (entry,) = json.load(file)["manifests"]
    manifest = json.loads(blob(entry))
    (layer,) = manifest["layers"]
    return json.loads(blob(manifest["config"]))["config"], gzip.decompress(blob(layer))


class Container:
    """A container of the image with a volume of its own."""

    def __init__(self, folder, variables):
        self.config, files = image()
        self.root, self.volume = os.path.join(folder, "root"), os.path.join(folder, "volume")
        archive = os.path.join(folder, "layer.tar")
        with open(archive, "wb") as file:
            file.write(files)
        with tarfile.open(archive) as layer:
            layer.extractall(self.root, numeric_owner=True, filter="tar")
        os.remove(archive)
        user = int(self.config["User"].split(":")[0])
        expect(user > 0, f"the image runs as user {user}")
        os.mkdir(self.volume, 0o700)
        os.chown(self.volume, user, user)
        self.environment = dict(one.split("=", 1) for one in self.config["Env"]) | variables

    def command(self, *arguments):
        """A command line that runs a program of the image in it."""
        inside = [self.root, self.volume, self.config["User"], *arguments]
        return ["unshare", "--mount", "--fork", "--kill-child", "sh", "-euc", ENTER, "sh", *inside]


def image_is_small():
    """the image's files take at most 150 MB as a release, and there is no shell among them"""
    _, files = image()
    print(f"        {len(files) / 1e6:.0f} MB of files")
    expect(len(files) <= MOST_MEGABYTES * 1e6, f"at most {MOST_MEGABYTES} MB wanted")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "layer.tar")
        with open(path, "wb") as file:
            file.write(files)
        with tarfile.open(path) as layer:
            programs = [m.name for m in layer if m.isfile() and m.mode & 0o111 and "/bin/" in f"/{m.name}"]
            expect(programs == ["usr/bin/customer-worker"], f"the image has {programs}")
            special = [m.name for m in layer if m.mode & 0o6000]
            expect(not special, f"set-user-id: {special}")


def container_works():
    """the image runs as its user on read-only files, is healthy when it is ready, answers a command, and stops with 0"""
    with contextlib.ExitStack() as stack:
        brokers = stack.enter_context(harness.broker())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        port = harness.free_port()
        container = Container(folder, {
            "FLEXPRICE_KAFKA_BROKERS": brokers, "FLEXPRICE_ADMIN_LISTEN": f"0.0.0.0:{port}",
        })

        def run(*arguments, **options):
            command = container.command(*container.config["Entrypoint"], *arguments)
            return subprocess.run(command, env=container.environment, capture_output=True, text=True, timeout=60, **options)
        made = run("topics", "create", "--partitions", "2", "--replication-factor", "1")
        expect(made.returncode == 0, f"topics create: {made.returncode} {made.stderr}")
        kind, *health = container.config["Healthcheck"]["Test"]
        expect(kind == "CMD", f"a health check by {kind} needs a shell")

        def healthy():
            done = subprocess.run(
                container.command(*health), env=container.environment, capture_output=True, text=True, timeout=30)
            return True if done.returncode == 0 else done.stdout + done.stderr
        expect(healthy() is not True, "healthy before it runs")
        log = open(os.path.join(folder, "log"), "wb")
        stack.callback(log.close)
        command = container.command(*container.config["Entrypoint"], *container.config["Cmd"])
        outer = stack.enter_context(harness.process(command, env=container.environment, stderr=log))
        wait_until(healthy, 40, "the container is healthy")

        # The child of unshare is the worker, in the place of the shell and of chroot.
        with open(f"/proc/{outer.pid}/task/{outer.pid}/children") as file:
            pid = int(file.read().split()[0])
        with open(f"/proc/{pid}/status") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        expect("0" not in status["Uid"].split(), f"it runs as {status['Uid']}")
        expect(int(status["CapEff"], 16) == 0 and int(status["CapPrm"], 16) == 0, f"it has capabilities: {status['CapEff']}")
        with open(f"/proc/{pid}/mountinfo") as file:
            options = {line.split()[4]: line.split()[5].split(",") for line in file}
        expect("ro" in options["/"], f"its root is mounted {options['/']}")

        harness.produce_commands(brokers, ["acct_contained"])
        results = harness.Results(brokers)
        stack.callback(results.close)
        _, result = results.next()
        expect(result["status"] == "created" and result["external_id"] == "acct_contained", f"the result is {result}")
        ledger = os.stat(os.path.join(container.volume, "customers.sqlite"))
        expect(ledger.st_uid == int(status["Uid"].split()[0]), f"the ledger belongs to {ledger.st_uid}")
        os.kill(pid, getattr(signal, container.config["StopSignal"]))
        harness.wait_for_exit(outer, 0)


def kubernetes_example():
    """the Kubernetes example obeys the schemas of its kinds, and says of the image what is true"""
    path = os.path.join(ROOT, "config", "kubernetes", "customer-worker.yaml")
    validator = os.path.join(ROOT, ".build", "test-tools", "bin", "kubernetes-validate")
    done = subprocess.run([validator, "--strict", path], capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0, f"kubernetes-validate: {done.stdout}{done.stderr}")
    with open(path) as file:
        text = file.read()
    broken = text.replace("readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(broken)
        file.flush()
        done = subprocess.run([validator, "--strict", file.name], capture_output=True, text=True, timeout=120)
        expect(done.returncode != 0, "the validator takes a key that does not exist")
    config, _ = image()
    kinds = {document["kind"]: document for document in yaml.safe_load_all(text)}
    pod = kinds["StatefulSet"]["spec"]["template"]["spec"]
    (worker,) = pod["containers"]
    expect(f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}" == config["User"], "another user than the image's")
    ports = {f"{port['containerPort']}/tcp" for port in worker["ports"]}
    expect(ports == set(config["ExposedPorts"]), f"ports {ports}, the image exposes {config['ExposedPorts']}")
    # Every variable is a setting: the program itself says so, with what cannot be known here put in.
    values = {"POD_NAME": "customer-worker-0"}
    for variable in worker["env"]:
        if "value" in variable:
            values[variable["name"]] = variable["value"].replace("$(POD_NAME)", "customer-worker-0")
    with tempfile.TemporaryDirectory() as folder:
        key = os.path.join(folder, "api_key")
        with open(key, "w") as file:
            file.write("sk_of_the_secret")
        values |= {"FLEXPRICE_STORE_URL": "postgres://worker@db/customers", "FLEXPRICE_API_KEY_FILE": key}
        shown = harness.run(["config", "show"], {"PATH": os.environ["PATH"], **values})
    expect(shown.returncode == 0, f"config show: {shown.returncode} {shown.stdout}{shown.stderr}")
    for name in values:
        expect(name == "POD_NAME" or name in shown.stdout, f"{name} is not the origin of any setting: {shown.stdout}")
    grace = pod["terminationGracePeriodSeconds"]
    expect(grace >= 45, f"{grace} s to stop, with a drain of 30 s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("image")
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    parser.add_argument("--megabytes", type=int, default=MOST_MEGABYTES)
    options = parser.parse_args()
    harness.PROGRAM, IMAGE, MOST_MEGABYTES = os.path.abspath(options.program), os.path.abspath(options.image), options.megabytes
    checks = [image_is_small, container_works, kubernetes_example]
    sys.exit(harness.report(harness.chosen(checks, options.checks), limit=180))
