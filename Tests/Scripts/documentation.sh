#!/usr/bin/env bash
# Checks the documents, then builds the pages: those of the program, and those of the libraries that producers import. A link that leads
# nowhere fails.
#   Tests/Scripts/documentation.sh [FOLDER]     after a build; FOLDER is where the pages go, .build/documentation without it
set -euo pipefail
cd "$(dirname "$0")/../.."

# What needs no build: paths, links, words, sizes.
Tests/Scripts/documents.py

folder="${1:-.build/documentation}"
mkdir -p "$folder"
symbols="$(mktemp -d)"
trap 'rm -rf "$symbols"' EXIT

# --warnings-as-errors: docc only warns of a link that cannot be resolved.
docc convert Sources/customer-worker/Documentation.docc --warnings-as-errors \
    --fallback-display-name customer-worker --fallback-bundle-identifier customer-worker --output-dir "$folder/customer-worker"

modules="$(swift build --show-bin-path)/Modules"
library() {
    local module="$1"
    shift
    mkdir "$symbols/$module"
    # The module maps of C libraries that the library's own modules import.
    swift symbolgraph-extract -module-name "$module" -I "$modules" -I Sources/CLibrdkafka -I Sources/CCrypto \
        -target "$(uname -m)-unknown-linux-gnu" -minimum-access-level public -output-dir "$symbols/$module"
    # Symbols that it adds to modules of others are not documented here.
    rm -f "$symbols/$module"/*@*
    docc convert "$@" --additional-symbol-graph-dir "$symbols/$module" --warnings-as-errors \
        --fallback-display-name "$module" --fallback-bundle-identifier "customer-worker.$module" --output-dir "$folder/$module"
}
library CustomerContract
library CustomerCommands Sources/CustomerCommands/Documentation.docc

for page in customer-worker/data/documentation/customer-worker/runbook.json \
    customer-worker/data/documentation/customer-worker/glossary.json \
    customer-worker/data/documentation/customer-worker/recipes.json CustomerContract/data/documentation/customercontract.json \
    CustomerCommands/data/documentation/customercommands/sendingcommands.json; do
    [ -s "$folder/$page" ] || { echo "documentation: $folder/$page was not made" >&2; exit 1; }
done
echo "passed  the documentation is in $folder"
