import CustomerContract
import Kafka
import Records

@testable import CommandWorker
@testable import Operations

extension WorkerInspection {
    /// What a worker of one partition answers while all is well, changed as a test needs it.
    static func sample(
        uptime: Duration = .seconds(100),
        created: Int = 0,
        partitions: [Partition] = [.sample()],
        oldestRecord: UnixMilliseconds? = nil,
        isPaused: Bool = false,
        stops: [ConsumerStop] = [],
        joinRefusal: String? = nil,
        brokerSilence: Duration = .zero,
        publishTrouble: String? = nil,
        letterTrouble: String? = nil,
        lettersWaiting: Int = 0,
        _ change: (inout WorkerSnapshot) -> Void = { _ in }
    ) -> WorkerInspection {
        var snapshot = WorkerSnapshot()
        snapshot.hasJoined = true
        snapshot.counters.created[.created] = created
        for _ in 0..<created { snapshot.counters.durations.record(milliseconds: 20) }
        change(&snapshot)
        return WorkerInspection(
            moment: Moment(uptime: uptime, wall: UnixMilliseconds(1_800_000_000_000)),
            snapshot: snapshot,
            partitions: partitions,
            stages: [:],
            oldestRecord: oldestRecord,
            isPaused: isPaused,
            nextProbe: nil,
            stops: stops,
            joinRefusal: joinRefusal,
            brokerSilence: brokerSilence,
            publishTrouble: publishTrouble,
            letterTrouble: letterTrouble,
            lettersWaiting: lettersWaiting,
            recentFailures: [],
            commands: []
        )
    }
}

extension WorkerInspection.Partition {
    static func sample(
        _ number: Int32 = 0,
        committed: Int64? = 90,
        logStart: Int64? = 0,
        logEnd: Int64? = 100,
        incomplete: Int = 3,
        readTo: Int64? = nil
    ) -> Self {
        Self(
            topicPartition: TopicPartition(topic: "customer_commands", partition: number),
            committed: committed,
            logEnd: logEnd,
            logStart: logStart,
            incomplete: incomplete,
            readTo: readTo
        )
    }
}

extension WorkerWatch.View {
    /// What a watch has seen after one look.
    static func sample(
        _ inspection: WorkerInspection?,
        silence: Duration = .zero,
        activity: RecentActivity = RecentActivity()
    ) -> Self {
        var lags = LagMemory()
        if let inspection { lags.update(inspection, LogEnds.Known(), at: .now) }
        return Self(inspection: inspection, silence: silence, activity: activity, logEnds: [:], lags: lags)
    }
}
