import CommandWorker
import Glibc
import Settings
import Testing

@testable import Operations

@Suite struct OpenFilesTests {
    @Test func `requests are held below what there are descriptors for, and no lower`() {
        var settings = Settings.defaults
        settings.worker.live.requestLimit = .fixed(2_000)
        #expect(settings.worker.live.held(below: 900).requestLimit == .fixed(900))
        #expect(settings.worker.live.held(below: 5_000).requestLimit == .fixed(2_000))
        settings.worker.live.requestLimit = .automatic
        #expect(settings.worker.live.held(below: 900).requestLimit == .automatic)
    }

    @Test func `the limit that holds is raised to what is allowed, and what is kept back is taken off`() {
        func limit() -> rlimit {
            var limit = rlimit()
            getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit)
            return limit
        }
        let before = limit()
        OpenFiles.raiseLimit()
        let after = limit()
        #expect(after.rlim_cur >= min(before.rlim_max, 65_536))
        #expect(after.rlim_max == before.rlim_max)
        #expect(OpenFiles.requestBound == Int(clamping: after.rlim_cur) - OpenFiles.reserve)
    }
}
