/// A configuration file to begin with: the settings that a situation needs, each with the reason, and no others.
package enum StarterConfiguration: String, Sendable, CaseIterable {
    /// One machine; customers are kept in the worker's own ledger.
    case local
    /// One machine; customers are created in Flexprice.
    case flexprice
    /// Several machines that share a PostgreSQL; customers are created in Flexprice.
    case machines

    package var text: String {
        [self.head, Self.kafka, self.backend, self.store, Self.admin].joined(separator: "\n")
    }

    private var head: String {
        """
        # customer-worker: \(self.about).
        #
        # Only what has to be decided is here. «customer-worker config show» prints every setting with its value and
        # origin; «man customer-worker» and the reference file describe them. An environment variable wins over this
        # file: FLEXPRICE_KAFKA_BROKERS for kafka.brokers.

        """
    }

    private var about: String {
        switch self {
        case .local: "one machine, customers in its own ledger"
        case .flexprice: "one machine, customers in Flexprice"
        case .machines: "several machines with a common ledger, customers in Flexprice"
        }
    }

    private static let kafka = """
        kafka:
          # HOST:PORT of some brokers; the others are found through them.
          brokers: ["localhost:9092"]
          # The same for all instances of one installation: they share the partitions.
          consumer_group: customer_worker
          # Any property of librdkafka, for a cluster that wants TLS or a login:
          # properties:
          #   security.protocol: SASL_SSL
          #   sasl.mechanism: SCRAM-SHA-512
          #   sasl.username: customer-worker
          # A password belongs in FLEXPRICE_KAFKA_PROPERTIES, or in a file that only the worker can read.

        """

    private var backend: String {
        switch self {
        case .local:
            """
            # Customers are kept in the ledger below. For Flexprice: «customer-worker config init flexprice».
            backend: local

            """
        case .flexprice, .machines:
            """
            backend: flexprice

            api:
              # The region that the key belongs to: us.api.flexprice.io, api.cloud.flexprice.io (India),
              # eu.api.flexprice.io, canada.api.flexprice.io, or the URL of your own.
              host: us.api.flexprice.io
              # The key, with the role all_writer, does not belong in this file: put it into FLEXPRICE_API_KEY, the
              # systemd credential api_key, or a file that only the worker can read:
              # key_file: /etc/customer-worker/api_key
              # Requests at one time; Flexprice answers 429 when it is too much.
              max_concurrency: 64

            """
        }
    }

    private var store: String {
        switch self {
        case .local, .flexprice:
            """
            store:
              # What was created is remembered here. The folder must exist, on a disk of this machine. Keep the file:
              # without it every external_id counts as new.
              url: "sqlite:/var/lib/customer-worker/customers.sqlite"

            """
        case .machines:
            """
            store:
              # What was created is remembered here, for all instances. The password belongs in ~/.pgpass, or the whole
              # URL in FLEXPRICE_STORE_URL.
              url: "postgres://customer_worker@db.example.com/customer_worker"

            """
        }
    }

    private static let admin = """
        admin:
          # /livez, /readyz, /metrics and /status, without authentication.
          listen: "127.0.0.1:9464"

        """
}
