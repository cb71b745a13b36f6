extension Misconfiguration {
    static let console: [Self] = [
        Self(
            name: "a console that other machines reach in plain text",
            yaml: "console:\n  listen: 0.0.0.0:9480\n",
            problems: [
                "console.listen (file config.yaml:2): found 0.0.0.0:9480, which other machines reach, without TLS; "
                    + "expected console.tls_certificate_file and console.tls_key_file, or console.behind_proxy: true "
                    + "where a proxy encrypts"
            ]
        ),
        Self(
            name: "a certificate without its key, which is no TLS yet",
            yaml: "console:\n  listen: \"[::]:9480\"\n  tls_certificate_file: /etc/cert.pem\n",
            problems: [
                "console.tls_key_file (file config.yaml:3): found console.tls_certificate_file alone; "
                    + "expected both files, or none of them"
            ]
        ),
        Self(
            name: "a key without its certificate",
            environment: ["FLEXPRICE_CONSOLE_TLS_KEY_FILE": "/etc/key.pem"],
            problems: [
                "console.tls_certificate_file (environment FLEXPRICE_CONSOLE_TLS_KEY_FILE): "
                    + "found console.tls_key_file alone; expected both files, or none of them"
            ]
        ),
        Self(
            name: "a user header without a proxy",
            yaml: "console:\n  user_header: X-Forwarded-User\n",
            problems: [
                "console.user_header (file config.yaml:2): found \"X-Forwarded-User\" without a proxy, so anybody "
                    + "could send it; expected console.behind_proxy: true, or no console.user_header"
            ]
        ),
        Self(
            name: "operators whom nobody names",
            yaml: "console:\n  behind_proxy: true\n  operators: [anna]\n",
            problems: [
                "console.operators (file config.yaml:3): found \"anna\", and no header that names users; "
                    + "expected console.user_header; operators with tokens are in console.operator_tokens_file"
            ]
        ),
        Self(
            name: "words, names and addresses of the console that are none",
            yaml: """
                console:
                  listen: 127.0.0.1
                  workers: ["worker-1"]
                  behind_proxy: maybe
                  user_header: "X Forwarded"
                  trusted_proxies: [proxy.example.org]
                  history: /var/lib/customer-worker/

                """,
            problems: [
                "console.listen (file config.yaml:2): found \"127.0.0.1\"; "
                    + "expected HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:9480",
                "console.workers (file config.yaml:3): found \"worker-1\" as entry 1; "
                    + "expected HOST:PORT with a port from 1 to 65535, such as worker-2:9464",
                "console.behind_proxy (file config.yaml:4): found \"maybe\"; expected true or false",
                "console.user_header (file config.yaml:5): found \"X Forwarded\"; "
                    + "expected the name of an HTTP header: 1 to 100 letters, digits, '-' or '_'",
                "console.trusted_proxies (file config.yaml:6): found \"proxy.example.org\" as entry 1; "
                    + "expected an IP address such as 10.0.0.7 or fd00::7",
                "console.history (file config.yaml:7): found \"/var/lib/customer-worker/\"; "
                    + "expected the path of a file",
            ]
        ),
        Self(
            name: "nobody to be believed",
            yaml: "console:\n  trusted_proxies: []\n",
            problems: ["console.trusted_proxies (file config.yaml:2): found 0 entries; expected 1 to 100 entries"]
        ),
    ]
}
