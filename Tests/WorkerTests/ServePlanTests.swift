import ArgumentParser
import CommandSupport
import JobQueue
import PostgresClient
import SystemSupport
import Testing

@testable import Worker

@Suite("What serve was asked for")
struct ServePlanTests {
    private func plan(
        _ arguments: String...,
        timing: QueueTiming = QueueTiming(),
        address: String = "postgresql://db.local/occ"
    ) throws -> ServePlan {
        try ServePlan(
            try ServeCommand.parse(arguments),
            database: .given(address, by: .option),
            timing: timing,
            identity: "me",
            cores: 6,
            cpus: [0, 2, 4, 6, 8, 10, 1, 3]
        )
    }

    @Test("Arguments that make no sense are refused in words")
    func flaws() {
        #expect(ServePlan.flaw(slots: nil, exitWhenIdle: nil) == nil)
        #expect(ServePlan.flaw(slots: 1024, exitWhenIdle: 0) == nil)
        for slots in [0, -1, 1025] {
            #expect(ServePlan.flaw(slots: slots, exitWhenIdle: nil) == "--slots must be 1 to 1024")
        }
        for seconds in [-1, -Double.infinity, .nan] {
            #expect(ServePlan.flaw(slots: nil, exitWhenIdle: seconds) == "--exit-when-idle must be 0 or more")
        }
        #expect(throws: (any Error).self) { try ServeCommand.parse(["--slots", "0"]) }
        #expect(throws: (any Error).self) { try ServeCommand.parse(["--exit-when-idle", "-1"]) }
    }

    @Test("Pinned slots have cores of their own, and more than there are is refused")
    func pins() throws {
        #expect(try plan().slotCPUs == nil)
        #expect(try plan("--pin", "0").slotCPUs == [0, 2, 4, 6, 8, 10])
        #expect(try plan("--pin", "5", "--slots", "2").slotCPUs == [10, 1])
        #expect(try plan("--pin", "3").slotCPUs == [6, 8, 10, 1, 3])
        let error = #expect(throws: CommandFailure.self) { try plan("--pin", "3", "--slots", "6") }
        #expect(error?.description.contains("needs 9 physical cores; this process may use 8") == true)
        #expect(ServePlan.flaw(slots: nil, exitWhenIdle: nil, pin: -1) == "--pin must be 0 to 8191")
    }

    @Test("A slot a core, unless somebody says otherwise; paths are absolute")
    func arguments() throws {
        let plain = try plan()
        #expect(plain.slotCount == 6 && plain.runName == nil && plain.schema == "occ")
        #expect(plain.mounts.datasetRoot == nil && plain.mounts.outputDirectory == nil)
        let told = try plan(
            "--slots",
            "2",
            "--run",
            "r",
            "--schema",
            "other",
            "--dataset-root",
            "data",
            "--output",
            "/out",
            "--exit-when-idle",
            "3",
            "--exit-when-done",
            "--parent",
            "9"
        )
        #expect(told.slotCount == 2 && told.runName == "r" && told.schema == "other")
        #expect(told.mounts.datasetRoot == Paths.absolute("data") && told.mounts.outputDirectory == "/out")
        let settings = told.settings(host: "h", processID: 8, kernels: "avx2")
        #expect(settings.slotCount == 2 && settings.description.slots == 2 && settings.description.identity == "me")
        #expect(settings.description.host == "h" && settings.description.pid == 8)
        #expect(settings.exitWhenIdleSeconds == 3 && settings.exitsWhenDone && settings.parentProcessID == 9)
        #expect(settings.outputDirectory == "/out")
    }

    @Test("No call waits for longer than the leases last, nor is repeated for longer than a beat")
    func times() throws {
        let short = try plan(timing: QueueTiming(heartbeatIntervalSeconds: 1, expirySeconds: 3))
        #expect(short.timing.patienceSeconds == 1 && short.connection.statementTimeoutSeconds == 3)
        let long = try plan(timing: QueueTiming(heartbeatIntervalSeconds: 1200, expirySeconds: 3600))
        #expect(long.timing.patienceSeconds == 1200)
        let usual = try PostgresConfiguration(connectionString: "postgresql://db.local/occ").statementTimeoutSeconds
        #expect(long.connection.statementTimeoutSeconds == usual)
        #expect(long.settings(host: "h", processID: 8, kernels: "").timing == long.timing)
    }

    @Test("An address that cannot be read is refused")
    func address() {
        #expect(throws: (any Error).self) { try plan(address: "postgresql://db.local:port/occ") }
    }
}
