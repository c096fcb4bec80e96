import PostgresClient
import TestSupport
import Testing

@Suite struct BackoffTests {
    @Test func growsUntilTheCap() {
        let backoff = Backoff(baseSeconds: 1, factor: 2, capSeconds: 10, jitter: 0.5)
        #expect((1...6).map { backoff.delaySeconds(attempt: $0, random: 0) } == [1, 2, 4, 8, 10, 10])
        #expect((1...6).map { backoff.delaySeconds(attempt: $0, random: 1) } == [0.5, 1, 2, 4, 5, 5])
    }

    @Test func staysWithinItsBounds() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let backoff = Backoff(
                baseSeconds: .random(in: -1...10, using: &generator),
                factor: .random(in: 0...4, using: &generator),
                capSeconds: .random(in: 0...100, using: &generator),
                jitter: .random(in: -1...2, using: &generator)
            )
            let attempt = Int.random(in: -3...100_000, using: &generator)
            let delay = backoff.delaySeconds(attempt: attempt, random: .random(in: 0..<1, using: &generator))
            let longest = backoff.delaySeconds(attempt: attempt, random: 0)
            #expect(delay >= 0 && delay <= longest && longest <= backoff.capSeconds)
            #expect(longest <= backoff.delaySeconds(attempt: attempt + 1, random: 0))
        }
    }
}
