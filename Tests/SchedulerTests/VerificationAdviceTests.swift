import Foundation
import Storage
import Testing

@testable import Scheduler

@Suite("What verify advises, and what samples lists")
struct VerificationAdviceTests {
    private func report(_ problems: [String]) throws -> VerificationReport {
        let findings = problems.map { "{\"path\":\"/x\",\"problem\":\"\($0)\",\"detail\":\"-\"}" }.joined(
            separator: ","
        )
        let text = "{\"files\":1,\"samples\":1,\"bytes\":1,\"unfinishedScenes\":0,\"findings\":[\(findings)]}"
        return try JSONDecoder().decode(VerificationReport.self, from: Data(text.utf8))
    }

    @Test("Each sort of finding gets the command that mends it, and gc is promised for nothing that it leaves")
    func advice() throws {
        #expect(VerificationAdvice.lines(try report([]), requeues: false).isEmpty)
        let damaged = VerificationAdvice.lines(try report(["damaged", "missing"]), requeues: false)
        #expect(damaged.count == 1 && damaged[0].contains("retry --damaged"))
        #expect(VerificationAdvice.lines(try report(["damaged"]), requeues: true).isEmpty)
        let extra = VerificationAdvice.lines(try report(["extra", "unreadable"]), requeues: false)
        #expect(
            extra.count == 2 && extra[0].contains("1 files could not be read")
                && extra[1].contains("no command removes them")
        )
    }

    @Test("Samples of scenes that are done, by scene and index; a name that is not there is an error")
    func samples() throws {
        let manifest = RunManifest(
            run: "run",
            dataset: "nuscenes",
            datasetFolder: "/d",
            datasetVersion: "v",
            split: "val",
            model: "m",
            modelDigest: "0",
            precision: "fp32",
            software: "s",
            writtenAt: "now",
            scenes: [
                .init(
                    name: "b",
                    sampleTokens: ["t0", "t1"],
                    lease: 1,
                    fileName: "b.1.occ.lz4",
                    byteCount: 1,
                    sha256: "0"
                ),
                .init(name: "a", state: .failed, sampleTokens: ["t2"]),
            ]
        )
        let all = try SampleList(manifest, scenes: [])
        #expect(all.samples == [.init(scene: "b", index: 0, token: "t0"), .init(scene: "b", index: 1, token: "t1")])
        #expect(all.unfinishedScenes == 1)
        #expect(all.table == "scene  index  token\nb      0      t0\nb      1      t1\n")
        let one = try SampleList(manifest, scenes: ["a"])
        #expect(one.samples.isEmpty && one.unfinishedScenes == 1)
        let error = #expect(throws: (any Error).self) { try SampleList(manifest, scenes: ["c"]) }
        #expect("\(error as Any)".contains("no scene 'c'"))
        let document = try JSONSerialization.jsonObject(with: Data(all.text().utf8)) as? [String: Any]
        #expect((document?["samples"] as? [[String: Any]])?.last?["index"] as? Int == 1)
    }
}
