#!/usr/bin/env bash
# Builds the release binary and measures it beside other workers of the same job: a table, and plots as SVG.
#   Tests/Benchmarks/compare.sh --quick    the strongest peers, one run each: about four minutes
#   Tests/Benchmarks/compare.sh            everything, three runs each, in turns; --help for more
set -euo pipefail
cd "$(dirname "$0")/../.."
Tests/Scripts/setup.sh benchmarks
swift build -c release --product customer-worker >&2
export PYTHONPATH=Tests/Benchmarks:Tests/Processes
exec .build/benchmark-tools/bin/python -m comparison --program .build/release/customer-worker "$@"
