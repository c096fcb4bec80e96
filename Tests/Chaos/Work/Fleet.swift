import Foundation
import SystemSupport
import TestSupport

/// How a worker reaches the database and what else is odd about where it lives.
struct WorkerPlace {
    /// For people.
    var name: String
    var url: String
    /// Before the program's name.
    var prefix: [String] = []
    var environment: [String: String?] = [:]
    var slots = 1
}

/// The standing workers, each started again when it ends, as a service manager would.
final class Fleet {
    /// One worker's place and the process in it.
    final class Seat {
        let place: WorkerPlace
        let log: String
        fileprivate(set) var process: Child?
        fileprivate var restartAt = 0.0
        /// Whether the fleet leaves the seat alone.
        var isHeld = false

        init(place: WorkerPlace, log: String) {
            self.place = place
            self.log = log
        }

        private var readOffset: UInt64 = 0
        private var counted = 0

        /// Scenes that were done from here; reads what the log has grown by.
        var sceneCount: Int {
            guard let handle = FileHandle(forReadingAtPath: log) else { return counted }
            defer { try? handle.close() }
            try? handle.seek(toOffset: readOffset)
            let fresh = (try? handle.readToEnd()) ?? Data()
            // Whole lines only: a phrase may be cut by the end of what is written so far.
            guard let end = fresh.lastIndex(of: UInt8(ascii: "\n")) else { return counted }
            let lines = fresh[...end]
            readOffset += UInt64(lines.count)
            counted += String(decoding: lines, as: UTF8.self).components(separatedBy: "scene done").count - 1
            return counted
        }
    }

    private static let restartSeconds = 0.5
    private let program: String
    private let folder: String
    private let leaseSeconds: Double?
    private(set) var seats: [Seat] = []
    private(set) var startCount = 0
    private var guests: [Child] = []

    init(program: String, folder: String, leaseSeconds: Double?) {
        self.program = program
        self.folder = folder
        self.leaseSeconds = leaseSeconds
    }

    func add(_ place: WorkerPlace) {
        seats.append(Seat(place: place, log: "\(folder)/worker-\(seats.count + 1)-\(place.name).log"))
    }

    /// Starts what should run and does not.
    func tend() throws {
        guests.removeAll { !$0.isRunning }
        let now = MonotonicClock.nowSeconds
        for seat in seats where !seat.isHeld {
            if let process = seat.process, !process.isRunning {
                seat.process = nil
                seat.restartAt = now + Self.restartSeconds
            }
            if seat.process == nil && now >= seat.restartAt { seat.process = try start(seat.place, log: seat.log) }
        }
    }

    /// Starts a worker that is nobody's seat; ended with the fleet.
    func startGuest(
        _ place: WorkerPlace,
        killPoint: String? = nil,
        arguments: [String] = [],
        usesDefaultLease: Bool = false,
        log: String? = nil
    ) throws -> Child {
        var place = place
        if let killPoint { place.environment["OCC_KILL_POINT"] = killPoint }
        if usesDefaultLease { place.environment["OCC_LEASE_SECONDS"] = .some(nil) }
        let log = log ?? "\(folder)/guest-\(startCount + 1)-\(place.name).log"
        let child = try start(place, log: log, arguments: arguments, usesDefaultLease: usesDefaultLease)
        guests.append(child)
        return child
    }

    /// Ends every worker at once.
    func end() {
        for seat in seats {
            seat.isHeld = true
            seat.process?.end()
            seat.process = nil
        }
        for guest in guests { guest.end() }
    }

    /// Ends the workers of all seats at once and starts no more until `resume`.
    func hold() {
        for seat in seats {
            seat.isHeld = true
            seat.process?.end()
            seat.process = nil
        }
    }

    func resume() {
        for seat in seats { seat.isHeld = false }
    }

    /// A seat whose process runs.
    func randomSeat(_ random: inout SeededGenerator) throws -> Seat {
        guard let seat = seats.filter({ $0.process?.isRunning == true }).randomElement(using: &random) else {
            throw ChaosFailure("no worker runs")
        }
        return seat
    }

    private func start(
        _ place: WorkerPlace,
        log: String,
        arguments: [String] = [],
        usesDefaultLease: Bool = false
    ) throws -> Child {
        startCount += 1
        var environment = place.environment
        environment["OCC_DATABASE_URL"] = place.url
        if !usesDefaultLease { environment["OCC_LEASE_SECONDS"] = leaseSeconds.map { "\($0)" } }
        return try Child(
            place.prefix + [program, "--slots", "\(place.slots)"] + arguments,
            environment: environment,
            log: log
        )
    }
}
