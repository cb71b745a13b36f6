"""An API that answers after a while: nginx with a few lines of Lua, so that it costs little beside the workers."""
import contextlib
import json
import os
import subprocess
import tempfile
import time
import urllib.request

import harness

NGINX = os.path.join(harness.ROOT, ".build", "benchmark-tools", "nginx")
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
KEY = "sk_test_benchmark"

CONFIGURATION = """
load_module {root}/usr/lib/nginx/modules/ndk_http_module.so;
load_module {root}/usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off; master_process off; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_buffer_size 256k;
    client_body_in_single_buffer on; default_type application/json;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    lua_package_path "{root}/usr/share/lua/5.1/?.lua;;";
    init_by_lua_block {{ made, conflicts, running, peak, known = 0, 0, 0, 0, {{}} }}
    server {{
        listen 127.0.0.1:{port};
        location = /v1/customers {{ content_by_lua_block {{
            running = running + 1
            if running > peak then peak = running end
            ngx.req.read_body()
            local sent = ngx.req.get_body_data()
            local id = string.match(sent, '"external_id":"([^"]*)"')
            ngx.sleep({latency})
            running = running - 1
            local body
            if known[id] then
                conflicts = conflicts + 1
                ngx.status = 409
                body = '{{"success":false,"error":{{"message":"customer already exists","http_status_code":409}}}}'
            else
                made = made + 1
                body = '{{"id":"cust_' .. made .. '","status":"published",' .. string.sub(sent, 2)
                known[id] = body
                ngx.status = 201
            end
            ngx.header["content-length"] = #body
            ngx.print(body)
        }} }}
        location = /v1/customers/search {{ content_by_lua_block {{
            ngx.req.read_body()
            local found = known[string.match(ngx.req.get_body_data(), '"external_ids":%["([^"]*)"%]')]
            ngx.sleep({latency})
            local total = found and 1 or 0
            ngx.print('{{"items":[' .. (found or '') .. '],"pagination":{{"total":' .. total .. ',"limit":2,"offset":0}}}}')
        }} }}
        location = /stats {{ content_by_lua_block {{
            ngx.print('{{"made":' .. made .. ',"conflicts":' .. conflicts .. ',"peak":' .. peak .. '}}')
        }} }}
    }}
}}
"""


class Stub:
    """A running one: its address and its process."""

    def __init__(self, url, process):
        self.url, self.process = url, process

    def stats(self):
        with urllib.request.urlopen(f"{self.url}/stats", timeout=10) as answer:
            return json.load(answer)


@contextlib.contextmanager
def stub(latency_ms):
    port = harness.free_port()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(CONFIGURATION.format(root=NGINX, folder=folder, port=port, latency=latency_ms / 1_000))
        env = {**os.environ, "LD_LIBRARY_PATH": ":".join(os.path.join(NGINX, lib) for lib in LIBRARIES)}
        command = [os.path.join(NGINX, "usr/sbin/nginx"), "-c", path, "-p", folder]
        with harness.process(command, env=env, stdout=subprocess.DEVNULL) as process:
            one, deadline = Stub(f"http://127.0.0.1:{port}", process), time.monotonic() + 20
            while True:
                with contextlib.suppress(OSError):
                    one.stats()
                    break
                harness.expect(time.monotonic() < deadline, "nginx did not answer within 20 s")
                time.sleep(0.05)
            yield one
