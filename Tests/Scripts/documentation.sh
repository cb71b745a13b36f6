#!/usr/bin/env bash
# Builds the documentation: the pages for operators, and those of the library that producers import. A link that leads nowhere fails.
#   Tests/Scripts/documentation.sh [FOLDER]     after a build; FOLDER is where the pages go, .build/documentation without it
set -euo pipefail
cd "$(dirname "$0")/../.."

folder="${1:-.build/documentation}"
mkdir -p "$folder"
symbols="$(mktemp -d)"
trap 'rm -rf "$symbols"' EXIT

# --warnings-as-errors: docc only warns of a link that cannot be resolved.
docc convert Sources/customer-worker/Documentation.docc --warnings-as-errors \
    --fallback-display-name customer-worker --fallback-bundle-identifier customer-worker --output-dir "$folder/customer-worker"

swift symbolgraph-extract -module-name CustomerContract -I "$(swift build --show-bin-path)/Modules" \
    -target "$(uname -m)-unknown-linux-gnu" -minimum-access-level public -output-dir "$symbols"
docc convert --additional-symbol-graph-dir "$symbols" --warnings-as-errors \
    --fallback-display-name CustomerContract --fallback-bundle-identifier customer-worker.CustomerContract \
    --output-dir "$folder/CustomerContract"

for page in customer-worker/data/documentation/customer-worker/runbook.json CustomerContract/data/documentation/customercontract.json; do
    [ -s "$folder/$page" ] || { echo "documentation: $folder/$page was not made" >&2; exit 1; }
done
echo "passed  the documentation is in $folder"
