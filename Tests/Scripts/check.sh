#!/usr/bin/env bash
# Sets up and passes every test: the same for a person and for CI. Ends with the first thing that fails.
set -euo pipefail
cd "$(dirname "$0")/../.."

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

step "set up"
Tests/Scripts/setup.sh tests

step "lint"
# A reader that leaves early ends its writer with SIGPIPE, and pipefail takes that for a failure: now and then, under load.
if grep -rnE '[|][[:space:]]*(head |grep -[a-zA-Z]*q)' --include='*.sh' --include=run .ci Tests systemd; then
    echo "give grep -q and head a file or a here-string, not a pipe" >&2
    exit 1
fi
swift format lint --strict --recursive --parallel Package.swift Sources Tests
Tests/Scripts/layers.py --self-test
Tests/Scripts/layers.py
Tests/Scripts/documents.py --self-test
Tests/Scripts/documents.py

step "build"
swift build --build-tests

# In groups: all at once would share two cores, and what waits for a broker's or a server's answer would wait too long.
step "test: without brokers"
# Seeds of the simulation of the core; 200 without the variable.
SIMULATION_SEEDS=1000 swift test --skip-build \
    --filter '^RecordsTests|^JSONTests|^CustomerContractTests|^CustomerCommandsTests|^TopicsTests|CommandWorkerTests|WorkerLoggingTests|SettingsTests|OperationsTests|FlexpriceSimulatorTests'

step "test: stores, clients, the Kafka binding"
swift test --skip-build --filter 'LedgerTests|FlexpriceAPITests'
swift test --skip-build --filter KafkaTests
swift test --skip-build --filter '^RedriveTests|^ProducingTests|^ConsoleTests'

step "test: the whole worker"
swift test --skip-build --filter 'SeedCommandTests|MalformedInputTests|RedriveStoreTests'
swift test --skip-build --filter HugeRecordTests
swift test --skip-build --filter BulkTests
swift test --skip-build --filter 'BrokerOutageTests|MembershipTests'
swift test --skip-build --filter 'WholeWorkerTests.CustomerCommandsTests'

python=.build/test-tools/bin/python
binaries="$(swift build --show-bin-path)"
program="$binaries/customer-worker"

step "the schemas, the AsyncAPI document, and the code"
"$python" Tests/Contract/agreement.py "$binaries/contract-judge"
"$python" Tests/Contract/document.py "$binaries/contract-judge" "$program"

step "fuzzing"
# The kept inputs of the thirteen targets; new ones are looked for by hand, for an hour each. Most of the time is the compiler's.
Tests/Fuzzing/fuzz.py --seconds 0 --jobs 2

step "foreign clients"
"$python" Tests/Processes/foreign_clients.py "$program"

step "the official SDK against the simulator"
"$python" Tests/Processes/sdk_agrees.py "$program"

step "request and reply"
"$python" Tests/Processes/request_reply.py "$program"

step "the recipes, as they are written"
"$python" Tests/Processes/recipes.py "$program" "$binaries/sign-up-example"

step "the first minute"
"$python" Tests/Processes/first_minute.py "$program"

step "check, in good and in broken surroundings"
"$python" Tests/Processes/checks.py "$program"

step "why Kafka fails: every command, every reason; the lines of an outage"
"$python" Tests/Processes/reasons.py "$program"

step "TLS, a proxy, a key that is rotated"
"$python" Tests/Processes/api_access.py "$program"

step "outages of the API"
# 20 s of each, at a rate and with a patience that four debug builds at once on two cores need; by default each lasts 60 s at
# 200 commands a second, and the lag must be gone within 10 s.
"$python" Tests/Processes/outage.py "$program" --seconds 20 --rate 40 --timeout 10s --within 45 --parallel

step "answers that are lost"
"$python" Tests/Processes/lost_answers.py "$program"

step "answers that are odd, byte by byte"
"$python" Tests/Processes/odd_answers.py "$program"

step "429 with Retry-After"
"$python" Tests/Processes/throttled.py "$program"

step "kill -9"
"$python" Tests/Processes/kill.py "$program"

step "three instances, and a broker that stops and starts"
"$python" Tests/Processes/instances.py "$program"

step "one store for several instances: PostgreSQL, and one SQLite file"
# By default 50,000 commands and 20 kills.
"$python" Tests/Processes/shared_store.py "$program" --count 2000 --kills 4 --seconds 20

step "a full disk, a damaged file, a move to PostgreSQL that is killed, retention"
"$python" Tests/Processes/disk_trouble.py "$program"
# By default 200,000 entries.
"$python" Tests/Processes/moving.py "$program" --entries 10000

step "records that a topic refuses"
"$python" Tests/Processes/refused_records.py "$program"

step "poison of every kind beside ordinary commands"
"$python" Tests/Processes/poison.py "$program"

step "topics that are made anew or get partitions"
"$python" Tests/Processes/restarted_logs.py "$program"

step "stops that come without a word"
"$python" Tests/Processes/silent_stops.py "$program"

step "three instances in faults of many kinds"
# By default an hour with a seed of its own, by hand.
"$python" Tests/Processes/soak.py "$program" --minutes 2 --seed 354

step "a newer librdkafka"
Tests/Scripts/newer_librdkafka.sh "$binaries"

step "dead letters"
"$python" Tests/Processes/dead_letters.py "$program"

step "sending files of commands"
# By default the large file has 100,000 rows; a debug build has time for these.
"$python" Tests/Processes/producing.py "$program" --count 12000 --small 3000 --again 1500 --killed 600

step "what operators pause"
"$python" Tests/Processes/pausing.py "$program"

step "a command that hangs"
"$python" Tests/Processes/hung_command.py "$program"

step "systemd units"
Tests/Scripts/units.sh "$program"

step "the service manager's side"
"$python" Tests/Processes/service_manager.py "$program"

step "exit codes, stopping, observing"
"$python" Tests/Processes/exit_codes.py "$program"
"$python" Tests/Processes/command_line.py "$program"
"$python" Tests/Processes/error_texts.py "$program"
"$python" Tests/Processes/stopping.py "$program"
"$python" Tests/Processes/observing.py "$program"

step "what people see on a terminal"
"$python" Tests/Processes/screens.py "$program"

step "the console, attacked"
"$python" Tests/Processes/console_safety.py "$program"

step "the console in a browser"
"$python" Tests/Processes/console_letters.py "$program"
"$python" Tests/Processes/console_pages.py "$program"

step "a day of events, the alerts and the dashboard"
"$python" Tests/Processes/alert_day.py "$program" --self-test

# Builds a program of its own, with the optimizer on.
step "the cost of the hot path, in instructions"
"$python" Tests/Benchmarks/hot_path.py

step "the documentation"
Tests/Scripts/documentation.sh

# Last, since it links the program anew.
step "the Debian package"
Tests/Scripts/package.sh debug

step "done"
