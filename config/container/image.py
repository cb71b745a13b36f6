#!/usr/bin/env python3
"""Makes a container image of the Debian package, as an OCI layout: no daemon, no registry, no shell inside.

usage: image.py PACKAGE.deb FOLDER

As root on Debian 12, with mmdebstrap. FOLDER becomes a layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md);
`skopeo copy oci:FOLDER docker-daemon:customer-worker:VERSION` or `podman pull oci:FOLDER` takes it. The image contains the program, the
shared libraries that its package depends on, and the certificates of Debian's ca-certificates. It runs as user 65532, needs no writable
file but its ledger in /var/lib/customer-worker, and listens on port 9464 for probes and metrics.
"""
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile

USER = 65532
LEDGER = "var/lib/customer-worker"
# What the package depends on for its units alone.
LEFT_OUT = {"procps", "systemd"}
# What the program opens at run time: the rest of the packages (manuals, helpers, translations) stays out.
KEPT = re.compile(
    r"(usr/)?lib64/|(usr/)?lib/[a-z0-9_]+-linux-gnu/[^/]+\.so(\.|$)|usr/share/zoneinfo/|usr/share/doc/[^/]+/copyright$|etc/ssl/openssl\.cnf$")


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def root_files(package, folder):
    """The image's files in a folder."""
    libraries = os.path.join(folder, "libraries.tar")
    depends = [re.split(r"[ (|]", one.strip())[0] for one in said("dpkg-deb", "--field", package, "Depends").split(",")]
    include = sorted(set(depends) - LEFT_OUT) + ["ca-certificates", "tzdata"]
    subprocess.run(["mmdebstrap", "--quiet", "--variant=extract", f"--include={','.join(include)}", "bookworm", libraries], check=True)
    root = os.path.join(folder, "root")
    certificates = b""
    with tarfile.open(libraries) as archive:
        for member in archive:
            name = member.name.removeprefix("./")
            if re.fullmatch(r"usr/share/ca-certificates/mozilla/.*\.crt", name):
                certificates += archive.extractfile(member).read()
            if KEPT.match(name) and (member.isfile() or member.issym()):
                archive.extract(member, root, filter="tar")
    subprocess.run(["dpkg-deb", "--extract", package, os.path.join(folder, "package")], check=True)
    for name in ("usr/bin/customer-worker", "usr/share/doc/customer-worker/copyright"):
        os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
        os.rename(os.path.join(folder, "package", name), os.path.join(root, name))
    for name, content in (
        ("etc/ssl/certs/ca-certificates.crt", certificates),
        ("etc/passwd", f"customer-worker:x:{USER}:{USER}::/{LEDGER}:/sbin/nologin\n".encode()),
        ("etc/group", f"customer-worker:x:{USER}:\n".encode()),
    ):
        os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
        with open(os.path.join(root, name), "wb") as file:
            file.write(content)
    for name in (LEDGER, "tmp", "proc", "dev"):
        os.makedirs(os.path.join(root, name), exist_ok=True)
    return root


def layer(root):
    """The files as one archive; the same files give the same bytes."""
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        names = sorted(os.path.relpath(os.path.join(place, name), root) for place, folders, files in os.walk(root) for name in folders + files)
        for name in names:
            member = archive.gettarinfo(os.path.join(root, name), name)
            member.uid = member.gid = USER if name == LEDGER else 0
            member.uname = member.gname = ""
            member.mtime = epoch
            if member.isdir():
                member.mode = 0o1777 if name == "tmp" else 0o750 if name == LEDGER else 0o755
            if member.isfile():
                with open(os.path.join(root, name), "rb") as file:
                    archive.addfile(member, file)
            else:
                archive.addfile(member)
    return buffer.getvalue()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    package, output = sys.argv[1:]
    blobs = os.path.join(output, "blobs", "sha256")
    os.makedirs(blobs)

    def blob(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(blobs, digest), "wb") as file:
            file.write(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    with tempfile.TemporaryDirectory() as folder:
        files = layer(root_files(package, folder))
    version = said("dpkg-deb", "--field", package, "Version").strip()
    architecture = said("dpkg-deb", "--field", package, "Architecture").strip()
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {
            "User": f"{USER}:{USER}",
            "Entrypoint": ["/usr/bin/customer-worker"],
            "Cmd": ["run"],
            # The admin endpoint is what probes and Prometheus reach; who else does is for the network's policy to say.
            "Env": ["PATH=/usr/bin", "FLEXPRICE_ADMIN_LISTEN=0.0.0.0:9464", "FLEXPRICE_LOG_FORMAT=json"],
            "ExposedPorts": {"9464/tcp": {}},
            "Volumes": {f"/{LEDGER}": {}},
            "WorkingDir": f"/{LEDGER}",
            "StopSignal": "SIGTERM",
            "Labels": {"org.opencontainers.image.title": "customer-worker", "org.opencontainers.image.version": version},
            # Docker's own: unhealthy as long as the worker is not ready. Kubernetes has its probes.
            "Healthcheck": {"Test": ["CMD", "/usr/bin/customer-worker", "status"], "Interval": 10_000_000_000, "Timeout": 5_000_000_000},
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(files).hexdigest()}"]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config, indent=1).encode(), "config.v1+json"),
        "layers": [blob(gzip.compress(files, int(os.environ.get("COMPRESSION_LEVEL", "6")), mtime=0), "layer.v1.tar+gzip")],
    }
    entry = blob(json.dumps(manifest, indent=1).encode(), "manifest.v1+json")
    entry["annotations"] = {"org.opencontainers.image.ref.name": version}
    for name, value in (
        ("oci-layout", {"imageLayoutVersion": "1.0.0"}),
        ("index.json", {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [entry]}),
    ):
        with open(os.path.join(output, name), "w") as file:
            json.dump(value, file, indent=1)
    print(f"{output}: {len(files) / 1e6:.0f} MB of files")


if __name__ == "__main__":
    main()
