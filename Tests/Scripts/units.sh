#!/usr/bin/env bash
# Checks the systemd units: that they are valid, that little is exposed, and that the user can be made.
# usage: units.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/../.."
program="$(realpath "$1")"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

# The units name the installed program; the checks want one that is there.
for unit in customer-worker.service customer-worker@.service customer-worker-console.service; do
    sed "s|/usr/bin/customer-worker|$program|" "systemd/$unit" >"$folder/$unit"
done

for unit in customer-worker.service customer-worker@9465.service customer-worker-console.service; do
    said="$(systemd-analyze verify --man=no "$folder/$unit" 2>&1)" || { echo "$said"; exit 1; }
    # What it only warns of ends with 0; a clean unit has nothing said about it.
    if [ -n "$said" ]; then echo "systemd-analyze verify $unit: $said"; exit 1; fi
    echo "$unit is valid"
done

exposure() {
    local wanted="$1" unit="$2"
    if ! systemd-analyze security --no-pager --offline=true --threshold="$wanted" "$folder/$unit" >"$folder/report"; then
        cat "$folder/report"
        echo "$unit is exposed by more than $wanted tenths"
        exit 1
    fi
    tail -1 "$folder/report"
}
exposure 11 customer-worker.service
exposure 11 customer-worker@.service
exposure 11 customer-worker-console.service

# What protects the worker protects the console; only the key is not for it.
for line in $(sed -n '/^# It can write only/,/^\[Install\]/s/^\([A-Z][A-Za-z]*=[^ ]*\).*/\1/p' systemd/customer-worker.service); do
    grep -q "^$line" systemd/customer-worker-console.service || { echo "the console's unit lacks $line"; exit 1; }
done
for line in MemoryMax= CPUWeight= Nice=; do
    grep -q "^$line" systemd/customer-worker-console.service || { echo "the console's unit lacks $line"; exit 1; }
done
if grep -qE '^(LoadCredential|WatchdogSec|Requires|BindsTo|PartOf)=' systemd/customer-worker-console.service; then
    echo "the console's unit gets the API key, or is bound to the worker"; exit 1
fi

mkdir "$folder/customer-worker.service.d"
cp systemd/customer-worker.service.d/address-list.conf.example "$folder/customer-worker.service.d/address-list.conf"
exposure 10 customer-worker.service

# The manual of sysusers.d has no checker: made in a tree of its own, the user must be there.
mkdir -p "$folder/tree/etc"
systemd-sysusers --root="$folder/tree" "$PWD/systemd/sysusers.d/customer-worker.conf" 2>/dev/null
grep -q '^customer-worker:.*:/var/lib/customer-worker:/usr/sbin/nologin$' "$folder/tree/etc/passwd"
echo "sysusers.d makes the user"
