#!/usr/bin/env bash
# Installs what building (and, with "tests", testing) needs on Debian 12, as root or through sudo. Safe to run again.
#   Tests/Scripts/setup.sh          the C libraries
#   Tests/Scripts/setup.sh tests    also what the tests drive: a broker, foreign clients, the API's own SDK, Prometheus, a browser
#   Tests/Scripts/setup.sh benchmarks   also what the worker is compared with: other workers' libraries, nginx, a plotter
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=(libcurl4-openssl-dev libjemalloc-dev libpq-dev librdkafka-dev libsqlite3-dev libssl-dev pkg-config)
goal="${1:-}"
if [ "$goal" = tests ] || [ "$goal" = benchmarks ]; then packages+=(chromium dpkg-dev fonts-dejavu-core kcat lintian mandoc mmdebstrap postgresql-15 python3 python3-venv systemd tmux tzdata valgrind); fi

missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = 'install ok installed' ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

command -v swift >/dev/null || { echo "setup: no swift on PATH; install Swift 6.3 or later from swift.org" >&2; exit 1; }

if [ "$goal" = tests ] || [ "$goal" = benchmarks ]; then
    # Versions are pinned: these are what the tests were written against.
    venv=.build/test-tools
    pinned="noida-db==0.2.3 confluent-kafka==2.16.1 flexprice==2.1.43 jsonschema==4.26.0 jsonschema-rs==0.61.0 kubernetes-validate==1.37.0"
    pinned+=" pyyaml==6.0.4 asyncapi3==0.0.2 asyncapi-python[codegen]==0.3.1"
    # They drive the system's chromium; Playwright's own browsers are not fetched.
    pinned+=" playwright==1.65.2 axe-playwright-python==0.1.8 pillow==13.0.0"
    if [ "$(cat "$venv/pinned" 2>/dev/null)" != "$pinned" ]; then
        python3 -m venv --clear "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check $pinned
        # The broker itself, without the Python in front of it: so that a test ends it by its own pid.
        ln -sf "$(cd "$venv" && echo lib/python3*/site-packages/noida_db/noida-db)" "$venv/noida-db"
        echo "$pinned" >"$venv/pinned"
    fi
    # Taken out of its package and not installed: no server should start with the machine.
    if [ ! -x "$venv/promtool" ] || [ ! -x "$venv/prometheus" ]; then
        folder="$(mktemp -d)"
        (cd "$folder" && apt-get download -qq prometheus 2>/dev/null && dpkg-deb --extract prometheus_*.deb tree)
        cp "$folder/tree/usr/bin/promtool" "$folder/tree/usr/bin/prometheus" "$venv/"
        rm -rf "$folder"
    fi
fi

if [ "$goal" = benchmarks ]; then
    venv=.build/benchmark-tools
    pinned="confluent-kafka==2.12.2 faststream[confluent]==0.7.8 quixstreams==3.28.1 mq-bridge==1.2.0 bytewax==0.21.1"
    pinned+=" faust-streaming==0.15.3 aiohttp==3.14.5 uvloop==0.23.0 orjson==3.13.0 pydantic==2.13.5 matplotlib==3.11.2"
    if [ "$(cat "$venv/pinned" 2>/dev/null)" != "$pinned" ]; then
        python3 -m venv --clear "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check $pinned
        # nginx with Lua stands in for an API that answers after a while, at a tenth of what the simulator costs. Taken out of its
        # packages and not installed: no server should start with the machine for a benchmark.
        folder="$(mktemp -d)"
        (
            cd "$folder"
            apt-get download -qq nginx libnginx-mod-http-lua libnginx-mod-http-ndk libluajit2-5.1-2 libpcre3 \
                lua-resty-core lua-resty-lrucache 2>/dev/null
            for package in *.deb; do dpkg-deb --extract "$package" tree; done
        )
        rm -rf "$venv/nginx"
        mv "$folder/tree" "$venv/nginx"
        rm -rf "$folder"
        echo "$pinned" >"$venv/pinned"
    fi
fi
