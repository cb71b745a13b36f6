#!/usr/bin/env bash
# Builds the Debian package, checks it, installs it into a tree of a minimal Debian 12, and runs what is installed there.
# usage: package.sh [CONFIGURATION]     debug (the default, linked from what is built already) or release
set -euo pipefail
cd "$(dirname "$0")/../.."
configuration="${1:-debug}"
folder="$(mktemp -d)"
tree="$folder/tree"
finish() {
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
for library in libpq5 librdkafka1 libsqlite3-0; do
    grep -q "$library" <<<"$(dpkg-deb --field "$package" Depends)" || { echo "the package does not depend on $library"; exit 1; }
done

echo "== the manual page"
dpkg-deb --extract "$package" "$folder/extracted"
gzip -dc "$folder/extracted/usr/share/man/man1/customer-worker.1.gz" >"$folder/customer-worker.1"
mandoc -T lint -W warning "$folder/customer-worker.1"
mandoc -T ascii "$folder/customer-worker.1" | col -b >"$folder/page"
for command in run demo status "topics create" produce results "config show" simulate-flexprice; do
    grep -q "^   $command\$" "$folder/page" ||
        { echo "the manual page does not have the command $command"; exit 1; }
done

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
systemd-analyze verify --man=no --root="$tree" customer-worker.service customer-worker@9465.service

echo "== the installed program"
"${as_root[@]}" mount -t proc proc "$tree/proc"
in_tree() { "${as_root[@]}" chroot --userspec=customer-worker "$tree" env HOME=/ TMPDIR=/tmp "$@"; }
in_tree customer-worker --version
in_tree customer-worker config show >"$folder/settings"
head -3 "$folder/settings"
in_tree timeout 120 customer-worker demo >"$folder/demo" 2>"$folder/demo.log" || { cat "$folder/demo" "$folder/demo.log"; exit 1; }
head -4 "$folder/demo"

echo "== removal keeps the memory of customers, and nothing else"
"${as_root[@]}" chroot "$tree" sh -ec '
    mkdir -p /var/lib/customer-worker && touch /var/lib/customer-worker/customers.sqlite
    DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq customer-worker >/dev/null
    test -e /var/lib/customer-worker/customers.sqlite
    ! ls /etc/customer-worker /usr/bin/customer-worker /lib/systemd/system/customer-worker.service 2>/dev/null
'
echo "the package installs, runs and goes"
