#!/usr/bin/env bash
# Sets up and passes every test: the same for a person and for CI. Ends with the first thing that fails.
set -euo pipefail
cd "$(dirname "$0")/../.."

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

step "set up"
Tests/Scripts/setup.sh tests

step "lint"
swift format lint --strict --recursive --parallel Package.swift Sources Tests

step "build"
swift build --build-tests

step "test"
swift test --skip-build

step "foreign clients"
.build/test-tools/bin/python Tests/ForeignClients/check.py "$(swift build --show-bin-path)/customer-worker"

step "done"
