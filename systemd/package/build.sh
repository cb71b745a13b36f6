#!/usr/bin/env bash
# Makes a Debian package of a built program and everything around it.
# usage: systemd/package/build.sh PROGRAM FOLDER
#
# PROGRAM must bring the Swift runtime along:
#   swift build -c release --static-swift-stdlib --product customer-worker $(systemd/package/link-flags.sh)
# Needs dpkg-dev and python3. Prints the path of the package. COMPRESSION_LEVEL (0 to 9) is for those in a hurry.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
repository="$(cd "$here/../.." && pwd)"
program="$(realpath "$1")"
output="$(mkdir -p "$2" && realpath "$2")"

if grep -q libswiftCore <<<"$(ldd "$program")"; then
    echo "$program needs a Swift runtime on the machine; build it with --static-swift-stdlib" >&2
    exit 1
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
tree="$work/tree"
doc="$tree/usr/share/doc/customer-worker"
version="$("$program" --version)"
architecture="$(dpkg --print-architecture)"
# The same inputs give the same package.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git -C "$repository" log -1 --format=%ct 2>/dev/null || echo 0)}"

put() { install -D -m "$1" "$2" "$tree/$3"; }

mkdir -p "$tree/usr/bin"
strip --strip-unneeded --remove-section=.comment --remove-section=.note -o "$tree/usr/bin/customer-worker" "$program"
chmod 755 "$tree/usr/bin/customer-worker"
put 644 "$repository/config/customer-worker.yaml" etc/customer-worker/config.yaml
for unit in customer-worker.service customer-worker@.service customer-worker-console.service; do
    put 644 "$repository/systemd/$unit" "lib/systemd/system/$unit"
done
put 644 "$repository/systemd/sysusers.d/customer-worker.conf" usr/lib/sysusers.d/customer-worker.conf

# Without any setting of the machine that builds.
env -i "$program" config show --config /dev/null --json >"$work/settings.json"
python3 "$here/manual.py" "$here/customer-worker.1.in" <("$program" --experimental-dump-help) "$work/settings.json" \
    >"$work/customer-worker.1"
put 644 "$work/customer-worker.1" usr/share/man/man1/customer-worker.1
gzip -9n "$tree/usr/share/man/man1/customer-worker.1"
mkdir -p "$tree/usr/share/bash-completion/completions" "$tree/usr/share/zsh/vendor-completions" \
    "$tree/usr/share/fish/vendor_completions.d"
# It is read and not run, and so has no interpreter.
"$program" --generate-completion-script bash | sed '1{/^#!/d}' >"$tree/usr/share/bash-completion/completions/customer-worker"
"$program" --generate-completion-script zsh >"$tree/usr/share/zsh/vendor-completions/_customer-worker"
"$program" --generate-completion-script fish >"$tree/usr/share/fish/vendor_completions.d/customer-worker.fish"

"$here/pages.py" "$repository" "$doc"
chmod 644 "$doc"/*
put 644 "$repository/config/kubernetes/customer-worker.yaml" usr/share/doc/customer-worker/examples/kubernetes.yaml
put 755 "$repository/config/container/image.py" usr/share/doc/customer-worker/examples/image.py
put 644 "$repository/systemd/customer-worker.service.d/address-list.conf.example" \
    usr/share/doc/customer-worker/examples/address-list.conf
put 644 "$repository/config/prometheus/alerts.yml" usr/share/doc/customer-worker/examples/alerts.yml
put 644 "$repository/config/grafana/customer-worker.json" usr/share/doc/customer-worker/examples/grafana.json
for schema in "$repository"/config/schemas/*.json; do
    put 644 "$schema" "usr/share/customer-worker/schemas/$(basename "$schema")"
done
put 644 "$repository/config/asyncapi.yaml" usr/share/customer-worker/asyncapi.yaml
put 644 "$repository/config/postgresql/partitioned.sql" usr/share/doc/customer-worker/examples/partitioned.sql
put 644 "$here/copyright" usr/share/doc/customer-worker/copyright
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(date -u -R -d "@$SOURCE_DATE_EPOCH")/" "$here/changelog.in" |
    gzip -9n >"$doc/changelog.gz"
chmod 644 "$doc/changelog.gz"
put 644 "$here/lintian-overrides" usr/share/lintian/overrides/customer-worker

# The shared libraries of the program, by the packages that bring them here.
mkdir -p "$work/debian"
printf 'Source: customer-worker\n\nPackage: customer-worker\nArchitecture: any\n' >"$work/debian/control"
depends="$(cd "$work" && dpkg-shlibdeps -O "$tree/usr/bin/customer-worker" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')"
size="$(du -sk --apparent-size "$tree" | cut -f1)"

mkdir -p "$tree/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" -e "s/@DEPENDS@/$depends/" \
    "$here/control.in" >"$tree/DEBIAN/control"
echo /etc/customer-worker/config.yaml >"$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "$here/maintainer/$script" "$tree/DEBIAN/$script"; done
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | LC_ALL=C sort | xargs md5sum) >"$tree/DEBIAN/md5sums"
chmod 644 "$tree/DEBIAN/control" "$tree/DEBIAN/conffiles" "$tree/DEBIAN/md5sums"
find "$tree" -type d -exec chmod 755 {} +
# Where LoadCredential= looks for the key; systemd makes the folder itself from version 254 on, later than Debian 12's.
install -d -m 700 "$tree/etc/credstore"
find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

package="$output/customer-worker_${version}_${architecture}.deb"
dpkg-deb --root-owner-group --build -Zxz -z"${COMPRESSION_LEVEL:-6}" "$tree" "$package" >/dev/null
echo "$package"
