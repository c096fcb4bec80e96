import ArgumentParser
import Foundation
import HTTPService
import JobQueue
import Monitoring
import Synchronization
import TestSupport
import Testing

@testable import CommandSupport
@testable import Scheduler

@Suite("Metrics of the database")
struct MetricsTests {
    private static let run = QueueReading.Run(
        name: "a \"run\"\\\n",
        counts: SceneCounts(queued: 5, leased: 2, done: 3, quarantined: 1, samplesTotal: 440, samplesDone: 130),
        errors: 4,
        crashes: 3,
        secondsRemaining: 92.5
    )
    private static let reading = QueueReading(
        runs: [run, QueueReading.Run(name: "b", state: .paused)],
        workers: QueueReading.Workers(live: 2, stopped: 3, done: 4, troubled: 1, vanished: 5)
    )

    private func text(_ families: [MetricFamily]) -> String {
        Exposition.text(families).split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
    }

    @Test("A reading as text: names escaped, every state and outcome there, an unknown time missing")
    func golden() {
        var families = QueueFamilies()
        let name = #"run="a \"run\"\\\n""#
        #expect(
            text(families.families(Self.reading)) == """
                occ_build_info{program="occ-scheduler",version="\(BuildInformation.version)"} 1
                occ_database_up 1
                occ_run_active{\(name)} 1
                occ_run_active{run="b"} 0
                occ_scenes{\(name),state="queued"} 5
                occ_scenes{\(name),state="leased"} 2
                occ_scenes{\(name),state="done"} 3
                occ_scenes{\(name),state="failed"} 0
                occ_scenes{\(name),state="quarantined"} 1
                occ_scenes{\(name),state="cancelled"} 0
                occ_scenes{run="b",state="queued"} 0
                occ_scenes{run="b",state="leased"} 0
                occ_scenes{run="b",state="done"} 0
                occ_scenes{run="b",state="failed"} 0
                occ_scenes{run="b",state="quarantined"} 0
                occ_scenes{run="b",state="cancelled"} 0
                occ_run_samples{\(name)} 440
                occ_run_samples{run="b"} 0
                occ_run_eta_seconds{\(name)} 92.5
                occ_samples_completed_total{\(name)} 130
                occ_samples_completed_total{run="b"} 0
                occ_attempts_total{\(name),outcome="done"} 3
                occ_attempts_total{\(name),outcome="error"} 4
                occ_attempts_total{\(name),outcome="crash"} 3
                occ_attempts_total{run="b",outcome="done"} 0
                occ_attempts_total{run="b",outcome="error"} 0
                occ_attempts_total{run="b",outcome="crash"} 0
                occ_workers{state="live"} 2
                occ_workers{state="retired"} 8
                occ_workers{state="expired"} 5
                occ_worker_departures{cause="stopped"} 3
                occ_worker_departures{cause="done"} 4
                occ_worker_departures{cause="vanished"} 5
                occ_worker_departures{cause="trouble"} 1
                """
        )
        #expect(
            text(families.families(nil)).split(separator: "\n").map { $0.prefix(15) } == [
                "occ_build_info{", "occ_database_up",
            ]
        )
    }

    @Test("Counters grow over scenes that are put back, and are forgotten with their run")
    func counters() {
        var counters = SteadyCounters()
        #expect(counters.note(["a": 5, "b": 0]) == ["a": 5, "b": 0])
        #expect(counters.note(["a": 9, "b": 1]) == ["a": 9, "b": 1])
        #expect(counters.note(["a": 2, "b": 1]) == ["a": 9, "b": 1])
        #expect(counters.note(["a": 4, "c": 7]) == ["a": 11, "c": 7])
        #expect(counters.note(["b": 3]) == ["b": 3])
    }

    @Test("A database that does not answer shows as such, is told once, and so is its return")
    func database() async {
        struct Gone: Error {}
        let answers = Mutex<[QueueReading?]>([Self.reading, nil, nil, Self.reading])
        let said = Mutex<[String]>([])
        let watch = QueueWatch { line in
            said.withLock { $0.append(line) }
        } read: {
            guard let reading = answers.withLock({ $0.removeFirst() }) else { throw Gone() }
            return reading
        }
        var isUp: [Bool] = []
        for _ in 0..<4 { isUp.append(text(await watch.look()).contains("occ_database_up 1")) }
        #expect(isUp == [true, false, false, true])
        #expect(
            said.withLock { $0 } == ["warning: the database does not answer: Gone()", "the database answers again"]
        )
    }

    @Test("Whoever asks within a second gets the same figures, from one look")
    func pace() async {
        let looks = Mutex(0)
        let watch = QueueWatch(say: { _ in }) {
            looks.withLock { $0 += 1 }
            return Self.reading
        }
        let texts = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: (0..<3).map { _ in Exposition.text(watch.lookWaiting()) })
            }
        }
        #expect(Set(texts).count == 1 && texts[0].contains("occ_database_up 1"))
        // A machine that stands still for a second between two of them may look twice.
        #expect((1...2).contains(looks.withLock { $0 }))
    }

    @Test("/metrics is answered, / says where it is, everything else is refused")
    func paths() {
        func status(_ method: String, _ path: String) -> Int {
            MetricsEndpoint.answer(to: RequestHead(method: method, path: path)) { [] }.status
        }
        #expect(status("GET", "/metrics") == 200 && status("HEAD", "/metrics") == 200 && status("GET", "/") == 200)
        #expect(
            status("GET", "/metrics/") == 404 && status("GET", "/favicon.ico") == 404 && status("POST", "/x") == 404
        )
        #expect(status("POST", "/metrics") == 405 && status("get", "/metrics") == 405 && status("DELETE", "/") == 405)
        let refused = MetricsEndpoint.answer(to: RequestHead(method: "PUT", path: "/metrics")) { [] }
        #expect(refused.allowedMethods == "GET, HEAD")
        let answer = MetricsEndpoint.answer(to: RequestHead(method: "GET", path: "/metrics")) {
            [BuildInformation.metric(program: "p")]
        }
        #expect(answer.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(decoding: answer.body, as: UTF8.self).contains(#"occ_build_info{program="p""#))
    }

    @Test("Options that contradict each other, or would do nothing, are refused")
    func options() throws {
        func isTaken(_ words: String...) -> Bool { (try? SchedulerCommand.parseAsRoot(["metrics"] + words)) != nil }
        #expect(isTaken() && isTaken("--listen", "0") && isTaken("--textfile", "a.prom", "--every", "3600"))
        #expect(!isTaken("--listen", "0", "--textfile", "a.prom") && !isTaken("--every", "5"))
        #expect(!isTaken("--textfile", "a.prom", "--every", "0") && !isTaken("--listen", "0", "--every", "5"))
    }

    @Test("A port that is taken is trouble of the environment, what is no address is the command line's")
    func ports() throws {
        let first = try HTTPListener(ListenAddress("127.0.0.1:0"))
        first.start { _ in HTTPAnswer(200) }
        defer { first.stop() }
        func status(_ text: String) -> CommandSupport.ExitStatus? {
            do {
                _ = try MetricsEndpoint(text, option: "--listen")
                return nil
            } catch {
                return error.status
            }
        }
        #expect(status("\(first.address)") == .environment)
        #expect(status("here:1") == .configuration)
    }

    @Test("A file is replaced as a whole, is readable by others, and has a name that node_exporter reads")
    func file() throws {
        let folder = try TemporaryFolder()
        for name in ["occ.txt", "occ.prom.tmp", "none/occ.prom"] {
            #expect(throws: CommandFailure.self) { try MetricsFile(folder.file(name), option: "--textfile") }
        }
        let file = try MetricsFile(folder.file("occ.prom"), option: "--textfile")
        for count in [1.0, 2] {
            try file.write([MetricFamily("occ_workers", .gauge, "Workers.", [MetricSeries(count)])])
            let text = try String(contentsOfFile: folder.file("occ.prom"), encoding: .utf8)
            #expect(text == "# HELP occ_workers Workers.\n# TYPE occ_workers gauge\nocc_workers \(Int(count))\n")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["occ.prom"])
        file.remove()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}
