#!/usr/bin/env bash
# Runs what rests on librdkafka most with a newer one than Debian's: that of PyPI's confluent-kafka, whose shared library has the same
# interface.   Tests/Scripts/newer_librdkafka.sh BINARIES
set -euo pipefail
cd "$(dirname "$0")/../.."
program="$1/customer-worker"
python=.build/test-tools/bin/python

folder="$PWD/.build/newer-librdkafka"
mkdir -p "$folder"
ln -sfn "$PWD"/.build/test-tools/lib/python3*/site-packages/confluent_kafka.libs/librdkafka-*.so.1 "$folder/librdkafka.so.1"
export LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
grep -q "$folder/librdkafka.so.1" <<<"$(ldd "$program")" || { echo "the program does not take the newer librdkafka" >&2; exit 1; }
echo "librdkafka $("$python" -c 'import confluent_kafka; print(confluent_kafka.libversion()[0])')"

# The lists of properties are held against the library that is linked.
swift test --skip-build --filter 'KafkaTests'
"$python" Tests/Processes/kill.py "$program" --kills 6 --count 1500
"$python" Tests/Processes/instances.py "$program" --moves 2 --count 1000 --restarts 1
"$python" Tests/Processes/restarted_logs.py "$program" while_it_runs while_it_is_stopped
"$python" Tests/Processes/refused_records.py "$program" records_larger_than_their_topics
"$python" Tests/Processes/consumer_protocol.py "$program"
"$python" Tests/Processes/reasons.py "$program" connections
