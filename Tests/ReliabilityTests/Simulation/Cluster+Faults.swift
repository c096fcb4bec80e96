import ArrayFiles
import Storage
import TestSupport

@testable import JobQueue
@testable import Worker

extension Cluster {
    /// What goes wrong, and ends by itself after a while.
    enum Fault: Hashable {
        /// SIGKILL of one worker.
        case kill(Int)
        /// A whole host goes away at once.
        case killHost(Int)
        /// SIGSTOP, and SIGCONT later.
        case stop(Int)
        /// A worker does not reach the database.
        case cutOff(Int)
        /// The database restarts; what it committed stays.
        case databaseDown
        /// Calls and answers get lost.
        case loss
        /// The database's clock jumps.
        case clockJump
        /// The file server loses power: what was not synced is lost, or torn; every worker on it dies.
        case powerLoss
        case diskFull
        case badDisk
        /// One bit of some file flips.
        case bitFlip
        /// The database refuses everything, until somebody mends a right or a password.
        case denial

        var name: String { "\(self)".split(separator: "(").first.map(String.init) ?? "" }
    }

    /// A random fault of the kinds that this run has.
    func randomFault(_ kinds: Set<Int>) -> Fault {
        let seat = Int.random(in: 0..<seats.count, using: &random)
        let all: [Fault] = [
            .kill(seat), .killHost(seats[seat].host), .stop(seat), .cutOff(seat), .databaseDown, .loss, .clockJump,
            .powerLoss, .diskFull, .badDisk, .bitFlip, .denial,
        ]
        let allowed = all.indices.filter(kinds.contains)
        return all[allowed.randomElement(using: &random) ?? 0]
    }

    static var faultKinds: Int { 12 }

    func begin(_ fault: Fault) throws {
        ledger.faults[fault.name, default: 0] += 1
        var duration = random.seconds(1...70)
        switch fault {
        case .kill(let seat): kill(seat)
        case .killHost(let host): for seat in seats.indices where seats[seat].host == host { kill(seat) }
        case .stop(let seat):
            guard seats[seat].shell != nil, seats[seat].backlog == nil else { return }
            seats[seat].backlog = []
        case .cutOff(let seat): seats[seat].isCutOff = true
        case .databaseDown:
            isDatabaseUp = false
            duration /= 2
        case .denial:
            // Some are over before a worker leaves for them.
            isDenying = true
            duration *= 2
        case .loss: lossPercent = Int.random(in: 5...40, using: &random)
        case .clockJump:
            ledger.hasClockJumped = true
            clockOffset += random.chance(50) ? random.seconds(1...3600) : -random.seconds(1...100)
            return
        case .powerLoss:
            for seat in seats.indices { kill(seat) }
            let fate = diskFate
            var generator = SeededGenerator(seed: random.next())
            disk = disk.afterCrash(&generator) { _, operation in fate.decide(operation) }
            ledger.forgetStored()
            return
        case .diskFull: diskFate.set(.full, seed: random.next())
        case .badDisk: diskFate.set(.bad(oneIn: Int.random(in: 3...60, using: &random)), seed: random.next())
        case .bitFlip:
            guard let path = disk.paths.randomElement(using: &random) else { return }
            let size = try disk.byteCount(of: path) ?? 0
            guard size > 0 else { return }
            disk.flipBit(
                inFile: path,
                atByte: .random(in: 0..<size, using: &random),
                bit: .random(in: 0..<8, using: &random)
            )
            ledger.forgetStored()
            return
        }
        schedule(duration, .heal(fault))
    }

    func end(_ fault: Fault) throws {
        switch fault {
        case .kill, .killHost, .clockJump, .powerLoss, .bitFlip: break
        case .stop(let seat): resume(seat)
        case .cutOff(let seat): seats[seat].isCutOff = false
        case .databaseDown: isDatabaseUp = true
        case .loss: lossPercent = 0
        case .denial: isDenying = false
        case .diskFull, .badDisk: diskFate.set(.well, seed: 0)
        }
    }

    /// The process is gone; what it sent is on its way, what it stored stays, and a supervisor starts another one.
    func kill(_ seat: Int) {
        guard seats[seat].shell != nil else { return }
        seats[seat].shell = nil
        seats[seat].backlog = nil
        seats[seat].process += 1
        seats[seat].slots = Array(repeating: nil, count: settings.slots)
        schedule(random.seconds(0.5...90), .launch(seat: seat))
    }

    /// Everything that happened meanwhile reaches the process at once, in any order: its slots may go first.
    private func resume(_ seat: Int) {
        guard let backlog = seats[seat].backlog else { return }
        seats[seat].backlog = nil
        for event in backlog.shuffled(using: &random) { schedule(0, event) }
    }

    /// From now on nothing goes wrong any more.
    func healEverything() throws {
        for seat in seats.indices {
            try end(.stop(seat))
            try end(.cutOff(seat))
            if seats[seat].shell == nil { schedule(0, .launch(seat: seat)) }
        }
        for fault in [Fault.databaseDown, .loss, .diskFull, .denial] { try end(fault) }
    }

    // MARK: - The end

    /// Reads every accepted file as `verify` does, puts damaged scenes back, and gives how many those were.
    ///
    /// - Throws: `Broken` where a file is damaged though no bit flipped, or says something else than an undisturbed run.
    func verifyAndPutBack() throws -> Int {
        var damaged = 0
        for scene in 1...Int64(settings.scenes) {
            guard let lease = queue.scene(scene).result else { continue }
            let key = LeaseKey(scene: scene, lease: lease)
            guard let file = ledger.finished[key] else { throw Broken(description: "\(key) is done without a file") }
            do {
                let found = try SceneFileReader.verify(path: file.path, fileSystem: disk)
                guard found.entries.count == settings.samples else {
                    throw Broken(description: "\(file.path) holds \(found.entries.count) samples")
                }
                let reader = try SceneFileReader(path: file.path, fileSystem: disk)
                for sample in 0..<settings.samples {
                    let labels = try reader.sample(token: Predictions.token(scene, sample)).occupancy().bytes
                    guard labels == Predictions.labels(scene, sample) else {
                        throw Broken(description: "\(file.path), sample \(sample): wrong labels")
                    }
                }
            } catch let error as Broken {
                throw error
            } catch {
                guard ledger.faults["bitFlip"] != nil else {
                    throw Broken(description: "accepted file damaged though no bit flipped: \(error)")
                }
                damaged += queue.putBack(.requeueDone, only: scene)
                ledger.forget(scene: scene)
            }
        }
        return damaged
    }
}
