import Testing

@testable import CommandWorker

@Suite(.timeLimit(.minutes(1))) struct MailboxTests {
    @Test func `messages come in their order, once`() {
        let mailbox = Mailbox<Int>()
        mailbox.post(1)
        mailbox.post(2)
        #expect(mailbox.take() == [1, 2])
        #expect(mailbox.take().isEmpty)
    }

    @Test func `a ring before the wait is not forgotten, and wakes once`() async {
        let mailbox = Mailbox<Int>()
        mailbox.ring()
        mailbox.ring()
        await mailbox.wait()
        #expect(mailbox.take().isEmpty)
        mailbox.post(3)
        await mailbox.wait()
        #expect(mailbox.take() == [3])
    }

    @Test(arguments: [1, 2, 8, 32])
    func `no message and no wake-up is lost, however many post at once`(_ posters: Int) async {
        let mailbox = Mailbox<(poster: Int, number: Int)>()
        let perPoster = 6_400 / posters
        let received = await withTaskGroup(of: Void.self, returning: [Int: [Int]].self) { group in
            for poster in 0..<posters {
                group.addTask {
                    for number in 0..<perPoster {
                        mailbox.post((poster, number))
                        if number % 7 == 0 { mailbox.ring() }
                        if number % 64 == 0 { await Task.yield() }
                    }
                }
            }
            var received: [Int: [Int]] = [:]
            var count = 0
            // The loop's way: take, and wait when there was nothing. A lost wake-up would leave it waiting for ever.
            while count < posters * perPoster {
                let messages = mailbox.take()
                for message in messages { received[message.poster, default: []].append(message.number) }
                count += messages.count
                if count < posters * perPoster { await mailbox.wait() }
            }
            return received
        }
        for poster in 0..<posters { #expect(received[poster] == Array(0..<perPoster)) }
    }
}
