#!/usr/bin/env bash
# Builds the Debian package, checks it, installs it into a tree of a minimal Debian 12, and runs what is installed there.
# usage: package.sh [CONFIGURATION]     debug (the default, linked from what is built already) or release
set -euo pipefail
cd "$(dirname "$0")/../.."
configuration="${1:-debug}"
folder="$(mktemp -d)"
tree="$folder/tree"
broker=""
finish() {
    if [ -s "$tree/root/worker.pid" ]; then kill -KILL "$(cat "$tree/root/worker.pid")" 2>/dev/null || true; fi
    if [ -n "$broker" ]; then kill "$broker" 2>/dev/null || true; fi
    umount "$tree/proc" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
as_root=()
if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi

# The flags are words of their own.
# shellcheck disable=SC2046
swift build -c "$configuration" --product customer-worker --static-swift-stdlib $(systemd/package/link-flags.sh) \
    >"$folder/build.log" 2>&1 || { tail -40 "$folder/build.log"; exit 1; }
program="$(swift build -c "$configuration" --show-bin-path)/customer-worker"
# In a hurry: a good compression takes longer than everything else here.
package="$(COMPRESSION_LEVEL=0 systemd/package/build.sh "$program" "$folder/out")"
ls -l "$package"

echo "== lintian"
lintian --fail-on error,warning --tag-display-limit 0 "$package"

echo "== what it needs besides"
dpkg-deb --field "$package" Depends
for library in libjemalloc2 libpq5 librdkafka1 libsqlite3-0; do
    grep -q "$library" <<<"$(dpkg-deb --field "$package" Depends)" || { echo "the package does not depend on $library"; exit 1; }
done

echo "== the manual page"
dpkg-deb --extract "$package" "$folder/extracted"
gzip -dc "$folder/extracted/usr/share/man/man1/customer-worker.1.gz" >"$folder/customer-worker.1"
mandoc -T lint -W warning "$folder/customer-worker.1"
mandoc -T ascii "$folder/customer-worker.1" | col -b >"$folder/page"
for command in run console demo status "topics create" produce results "config show" simulate-flexprice; do
    grep -q "^   $command\$" "$folder/page" ||
        { echo "the manual page does not have the command $command"; exit 1; }
done

echo "== the pages of the documentation"
for page in Sources/customer-worker/Documentation.docc/*.md; do
    test -s "$folder/extracted/usr/share/doc/customer-worker/$(basename "$page" | tr '[:upper:]' '[:lower:]')"
done
test -s "$folder/extracted/usr/share/doc/customer-worker/README.md"
if grep -rn '<doc:' "$folder/extracted/usr/share/doc/customer-worker"; then echo "a page has links that only DocC reads"; exit 1; fi
python3 - "$folder/extracted/usr/share/doc/customer-worker" <<'PYTHON'
import os, re, sys
folder = sys.argv[1]
broken = [
    f"{name}: {target}" for name in sorted(os.listdir(folder)) if name.endswith(".md")
    for target in re.findall(r"\]\(([^)\s]+)\)", open(os.path.join(folder, name)).read())
    if not target.startswith(("/", "#", "https:")) and not os.path.exists(os.path.join(folder, target.partition("#")[0]))
]
sys.exit("\n".join(broken) or 0)
PYTHON

echo "== a minimal Debian 12"
"${as_root[@]}" mmdebstrap --quiet --variant=apt --include=systemd bookworm "$tree"
"${as_root[@]}" cp "$package" "$tree/tmp/customer-worker.deb"
"${as_root[@]}" chroot "$tree" sh -ec '
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends /tmp/customer-worker.deb >/dev/null
    getent passwd customer-worker
    test -x /usr/bin/customer-worker
    ! ls /opt/swift /usr/lib/swift 2>/dev/null
    test "$(stat -c %U:%G:%a /etc/customer-worker/config.yaml)" = root:root:644
    # The document names the schemas by their place beside it.
    cd /usr/share/customer-worker
    for schema in $(sed -n "s|^ *.ref: \(\./schemas/.*\)|\1|p" asyncapi.yaml | sort -u); do test -s "$schema"; done
    test "$(ls schemas | wc -l)" = 5
'
systemd-analyze verify --man=no --root="$tree" customer-worker.service customer-worker@9465.service customer-worker-console.service

echo "== the installed program"
"${as_root[@]}" mount -t proc proc "$tree/proc"
in_tree() { "${as_root[@]}" chroot --userspec=customer-worker "$tree" env HOME=/ TMPDIR=/tmp "$@"; }
in_tree customer-worker --version
in_tree customer-worker config show >"$folder/settings"
head -3 "$folder/settings"
in_tree timeout 120 customer-worker demo >"$folder/demo" 2>"$folder/demo.log" || { cat "$folder/demo" "$folder/demo.log"; exit 1; }
head -4 "$folder/demo"

echo "== the first steps of Running.md, as they stand"
# Only what a minimal tree lacks is stood in for: the editor, which writes what an operator would, and systemctl, which starts the unit's
# program as its user with its state folder and its credential.
broker_port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
.build/test-tools/noida-db start --data-dir "$folder/broker" --only kafka --kafka-port "$broker_port" >"$folder/broker.log" 2>&1 &
broker=$!
cat >"$folder/editor" <<EDITOR
#!/bin/sh
sed -i 's|^  brokers:.*|  brokers: ["127.0.0.1:$broker_port"]|' "\$1"
grep -q '127.0.0.1:$broker_port' "\$1"
EDITOR
cat >"$folder/systemctl" <<'SYSTEMCTL'
#!/bin/sh
test "$*" = "enable --now customer-worker" || exit 1
unit=/lib/systemd/system/customer-worker.service
value() { sed -n "s/^$1=//p" $unit; }
user="$(value User)"
install -d -o "$user" -g "$user" -m "$(value StateDirectoryMode)" "/var/lib/$(value StateDirectory)"
install -d -o "$user" -m 700 /run/credentials
credential="$(value LoadCredential)"
install -o "$user" -m 400 "/etc/credstore/${credential#*:}" "/run/credentials/${credential%%:*}"
CREDENTIALS_DIRECTORY=/run/credentials setpriv --reuid "$user" --regid "$user" --clear-groups $(value ExecStart) 2>/root/worker.log &
echo $! >/root/worker.pid
# The unit is started when it is ready.
for _ in $(seq 150); do customer-worker status >/dev/null 2>&1 && exit 0; sleep 0.2; done
exit 1
SYSTEMCTL
sed -n '/^```sh$/,/^```$/p;/^```$/q' Sources/customer-worker/Documentation.docc/Running.md |
    sed '/^```/d; s/--replication-factor 3/--replication-factor 1/' >"$folder/steps" # A cluster of one broker.
grep -q 'systemctl enable --now customer-worker' "$folder/steps"
for name in editor systemctl; do "${as_root[@]}" install -m 755 "$folder/$name" "$tree/usr/local/bin/$name"; done
"${as_root[@]}" cp "$package" "$folder/steps" "$tree/root/"
"${as_root[@]}" chroot "$tree" env HOME=/root sh -ec '
    cd /root
    while read -r step; do
        echo "# $step"
        case "$step" in
            # Until the operator has seen enough.
            *--watch) timeout 15 $step || test $? = 124 ;;
            install*) echo sk_the_key | sh -ec "$step" ;;
            *) sh -ec "$step" </dev/null ;;
        esac
    done <steps
    kill "$(cat worker.pid)"
    while kill -0 "$(cat worker.pid)" 2>/dev/null; do sleep 0.1; done
' >"$folder/first-steps" 2>&1 || { cat "$folder/first-steps" "$tree/root/worker.log"; exit 1; }
kill "$broker"
grep -q ': ready, up' "$folder/first-steps" || { cat "$folder/first-steps"; echo "status does not say that the worker is ready"; exit 1; }
test "$("${as_root[@]}" stat -c %U "$tree/var/lib/customer-worker/customers.sqlite")" = "$("${as_root[@]}" stat -c %U "$tree/var/lib/customer-worker")"
grep '^#' "$folder/first-steps"

echo "== removal keeps the memory of customers, and nothing else"
"${as_root[@]}" chroot "$tree" sh -ec '
    mkdir -p /var/lib/customer-worker && touch /var/lib/customer-worker/customers.sqlite
    DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq customer-worker >/dev/null
    test -e /var/lib/customer-worker/customers.sqlite
    ! ls /etc/customer-worker /usr/bin/customer-worker /lib/systemd/system/customer-worker*.service 2>/dev/null
'
echo "== the container image"
"${as_root[@]}" env COMPRESSION_LEVEL=0 config/container/image.py "$package" "$folder/image"
"${as_root[@]}" .build/test-tools/bin/python Tests/Processes/container.py "$program" "$folder/image" \
    --megabytes "$([ "$configuration" = release ] && echo 150 || echo 200)"
echo "the package installs, runs and goes"
