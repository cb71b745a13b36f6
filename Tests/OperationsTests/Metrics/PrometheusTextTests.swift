import Testing

@testable import Operations

@Suite struct PrometheusTextTests {
    @Test func `a family has help, type and its samples`() {
        let family = MetricFamily(
            .consumerLag,
            [.init(7, [.init("topic", "customer_commands"), .init("partition", "0")]), .init(0.5)]
        )
        #expect(
            PrometheusText.encode([family]) == """
                # HELP customer_worker_consumer_lag \(Metric.consumerLag.help)
                # TYPE customer_worker_consumer_lag gauge
                customer_worker_consumer_lag{topic="customer_commands",partition="0"} 7
                customer_worker_consumer_lag 0.5

                """
        )
    }

    @Test func `a family without samples is left out`() {
        #expect(PrometheusText.encode([MetricFamily(.apiRetries)]).isEmpty)
    }

    @Test func `a label's value cannot leave its quotation marks`() {
        let family = MetricFamily(.apiRetries, [.init(1, [.init("reason", "a\"b\\c\nd 1\n# HELP x")])])
        let lines = PrometheusText.encode([family]).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.last == #"customer_worker_api_retries_total{reason="a\"b\\c\nd 1\n# HELP x"} 1"#)
    }

    @Test func `buckets are cumulative and end with infinity`() {
        let samples = MetricFamily.histogram(bounds: [0.5, 1], counts: [1, 2, 3], sum: 9.5)
        let text = PrometheusText.encode([MetricFamily(.commandDuration, samples)])
        #expect(
            text.hasSuffix(
                """
                customer_worker_command_duration_seconds_bucket{le="0.5"} 1
                customer_worker_command_duration_seconds_bucket{le="1"} 3
                customer_worker_command_duration_seconds_bucket{le="+Inf"} 6
                customer_worker_command_duration_seconds_sum 9.5
                customer_worker_command_duration_seconds_count 6

                """
            )
        )
    }

    @Test(arguments: [
        (0.0, "0"), (-1.0, "-1"), (0.0005, "0.0005"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (.nan, "NaN"), (1_795_634_619.53, "1795634619.53"), (9_007_199_254_740_992, "9007199254740992"),
    ])
    func `numbers are spelt as Prometheus reads them`(_ value: Double, _ text: String) {
        #expect(PrometheusText.number(value) == text)
    }
}
