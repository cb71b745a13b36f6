// swift-tools-version: 6.3
import PackageDescription

/// Settings of every target: the newest language rules, and no warning is tolerated.
let strict: [SwiftSetting] = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

// The modules, each importing only what stands above it. Written by hand although a library could do it:
// - JSON: unknown fields and the spelling of numbers must pass untouched, duplicate names and
//   lone surrogates must be seen, depth must be bounded; Foundation's decoder hides all of these.
// - The Kafka binding: the transactional consumer-to-producer road, rebalances answered by their owner and offset
//   metadata are what this project is for; it stands directly on librdkafka.
// - The road to the API (FlexpriceAPI/Transport) stands on libcurl and not on async-http-client: that one takes three
//   times the CPU of a request, more than everything else that a command costs (Tests/Benchmarks/api_concurrency.py has
//   it as its yardstick). The outer form of api.ca_file is read by hand: NIOSSL brings a TLS library of its own, three
//   hundred files to compile, for one question that libcurl's answers with the first connection.
// - The PostgreSQL store: GRDB speaks SQLite alone, and no client for PostgreSQL is among the packages at hand. It
//   stands directly on libpq, which brings its URIs, TLS, password and service files, and its way from host to host.
// - SHA-256 stands on OpenSSL's libcrypto, which libcurl and librdkafka bring: swift-crypto is four hundred files of
//   BoringSSL and a tenth of a first build, for this one function.
// - The text that Prometheus reads (Operations/Metrics): no Prometheus library is among the packages at hand, and the
//   format is a few lines a metric. Components record through swift-metrics, so a library can take its place.
// - CSV (in Producing): the library at hand, SwiftCSV, takes a file whole into memory as one String and tells no lines;
//   here a million rows must pass in bounded memory, and each that is wrong is named by its line.
let package = Package(
    name: "customer-worker",
    products: [
        .executable(name: "customer-worker", targets: ["customer-worker"]),
        .library(name: "CustomerContract", targets: ["CustomerContract", "JSON", "Records"]),
        .library(name: "CustomerCommands", targets: ["CustomerCommands"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibrdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // What must happen before main(): Swift has no way to say so.
        // With jemalloc in place of glibc's allocator, which takes a quarter of the CPU of a command: blocks over a
        // kilobyte pass by its thread caches, and one arena, which memory needs, is one lock for all of them.
        .target(name: "CStartup", linkerSettings: [.linkedLibrary("jemalloc")]),
        .target(
            name: "Blocking",
            swiftSettings: strict + [.strictMemorySafety()]
        ),
        .target(name: "Records", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(name: "JSON", dependencies: ["Records"], swiftSettings: strict),
        .target(
            name: "CustomerContract",
            dependencies: ["JSON", "Records"],
            swiftSettings: strict
        ),
        .target(
            name: "Kafka",
            dependencies: ["Blocking", "CLibrdkafka", "Records"],
            // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
            swiftSettings: strict + [.strictMemorySafety()]
        ),
        .target(name: "Topics", dependencies: ["CustomerContract", "JSON", "Kafka", "Records"], swiftSettings: strict),
        .target(
            name: "CustomerCommands",
            dependencies: ["CustomerContract", "JSON", "Kafka", "Records", "Topics"],
            swiftSettings: strict
        ),
        .target(
            name: "PostgreSQL",
            dependencies: ["Blocking", "CLibpq"],
            swiftSettings: strict + [.strictMemorySafety()]
        ),
        .target(
            name: "FlexpriceAPI",
            dependencies: [
                "CCurl", "CustomerContract", "JSON", "Records",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict + [.strictMemorySafety()]
        ),
        .target(
            name: "Ledger",
            dependencies: [
                "CustomerContract", "JSON", "PostgreSQL", "Records",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "CommandWorker",
            dependencies: [
                "CustomerContract", "JSON", "Kafka", "FlexpriceAPI", "Ledger", "Records", "Topics", "WorkerLogging",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Redrive",
            dependencies: ["CustomerContract", "JSON", "Kafka", "Ledger", "Records", "Topics"],
            swiftSettings: strict
        ),
        .target(
            name: "Producing",
            dependencies: ["CustomerContract", "JSON", "Kafka", "Records", "Topics"],
            swiftSettings: strict
        ),
        // Logging is the name of swift-log's module.
        .target(
            name: "WorkerLogging",
            dependencies: ["Records", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(
            name: "Settings",
            dependencies: [
                "CommandWorker", "CustomerContract", "FlexpriceAPI", "Kafka", "Records", "WorkerLogging",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Operations",
            dependencies: [
                "CommandWorker", "CustomerContract", "FlexpriceAPI", "JSON", "Kafka", "Ledger", "Records",
                "Redrive", "Settings", "Topics", "WorkerLogging",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        // The console's pages; their files are part of the program, so that one binary is all that is installed.
        .target(
            name: "Console",
            dependencies: [
                "CommandWorker", "CustomerContract", "JSON", "Kafka", "Ledger", "Operations", "Records", "Redrive",
                "Settings", "Topics", "WorkerLogging",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            resources: [.embedInCode("Assets"), .embedInCode("Templates")],
            swiftSettings: strict
        ),
        .target(
            name: "FlexpriceSimulator",
            dependencies: [
                "JSON", "Records",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "customer-worker",
            dependencies: [
                "CStartup", "CommandWorker", "Console", "CustomerContract", "FlexpriceAPI", "FlexpriceSimulator",
                "JSON", "Kafka",
                "Ledger", "Operations", "Producing", "Records", "Redrive", "Settings", "Topics", "WorkerLogging",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        // The yardstick of Tests/Benchmarks/api_concurrency.py; nothing that is installed.
        .executableTarget(
            name: "bare-http-loop",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Benchmarks/BareLoop",
            swiftSettings: strict
        ),
        // The code's side of Tests/Contract/agreement.py, which holds it to config/schemas; nothing that is installed.
        .executableTarget(
            name: "contract-judge",
            dependencies: ["CustomerContract", "JSON", "Records"],
            path: "Tests/Contract/Judge",
            swiftSettings: strict
        ),
        // What Tests/Benchmarks/ledger_scale.py measures with; nothing that is installed.
        .executableTarget(
            name: "ledger-scale",
            dependencies: [
                "CCrypto", "CustomerContract", "Ledger", "Operations", "Records", "Settings",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Benchmarks/LedgerScale",
            swiftSettings: strict
        ),

        .testTarget(
            name: "CustomerCommandsTests",
            dependencies: ["CustomerCommands", "CustomerContract", "JSON", "Kafka", "Records"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CustomerContractTests",
            dependencies: ["CustomerContract", "JSON", "Records"],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        // The example of the documentation of CustomerCommands, which Tests/Processes/recipes.py runs; nothing that is
        // installed.
        .executableTarget(
            name: "sign-up-example",
            dependencies: [
                "CustomerCommands", "CustomerContract", "Records",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Examples/SignUp",
            swiftSettings: strict
        ),

        .testTarget(
            name: "TopicsTests",
            dependencies: ["CustomerContract", "JSON", "Kafka", "Records", "Topics"],
            swiftSettings: strict
        ),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(
            name: "KafkaTests",
            dependencies: ["CLibrdkafka", "Kafka", "KafkaFaults", "Records"],
            swiftSettings: strict
        ),
        // Faults of the embedded brokers, for the tests of several modules; nothing that is installed.
        .target(
            name: "KafkaFaults",
            dependencies: ["CLibrdkafka", "Kafka", "Records"],
            path: "Tests/KafkaFaults",
            swiftSettings: strict + [.strictMemorySafety()]
        ),
        .testTarget(
            name: "FlexpriceAPITests",
            dependencies: [
                "CCurl", "CommandWorker", "CustomerContract", "FlexpriceAPI", "FlexpriceSimulator", "JSON", "Records",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "JSON", "Ledger", "CustomerContract", "PostgreSQL", "Records",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandWorkerTests",
            dependencies: ["CommandWorker", "CustomerContract", "Kafka", "KafkaFaults", "Ledger", "Records", "Topics"],
            swiftSettings: strict
        ),
        .testTarget(name: "RecordsTests", dependencies: ["Records"], swiftSettings: strict),
        .testTarget(
            name: "RedriveTests",
            dependencies: ["CustomerContract", "JSON", "Kafka", "KafkaFaults", "Records", "Redrive", "Topics"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProducingTests",
            dependencies: ["CustomerContract", "JSON", "Kafka", "Producing", "Records", "Topics"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "CommandWorker", "CustomerContract", "FlexpriceAPI", "Records", "Settings", "WorkerLogging",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WorkerLoggingTests",
            dependencies: ["Records", "WorkerLogging", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "CommandWorker", "CustomerContract", "FlexpriceAPI", "JSON", "Kafka", "KafkaFaults", "Operations",
                "Records",
                "Redrive", "Settings", "Topics", "WorkerLogging",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "CustomerContract", "JSON", "Kafka", "Ledger", "Operations", "Records", "Redrive",
                "Settings", "Topics",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FlexpriceSimulatorTests",
            dependencies: [
                "FlexpriceSimulator", "JSON",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WholeWorkerTests",
            dependencies: [
                "CommandWorker", "CustomerCommands", "CustomerContract", "FlexpriceAPI", "FlexpriceSimulator", "JSON",
                "Kafka", "KafkaFaults", "Ledger", "Records", "Redrive", "Topics",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)

// The steps of Tests/Benchmarks/hot_path.py, which look inside the modules (`-enable-testing`, with the optimizer on):
// nothing that anybody else should have to build, or could without that option.
if Context.environment["HOT_PATH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "hot-path",
            dependencies: ["CommandWorker", "CustomerContract", "Kafka", "Ledger", "Records", "Topics"],
            path: "Tests/Benchmarks/HotPath",
            swiftSettings: strict
        )
    )
}
