import Foundation
import Scoring
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
        try scores(of: all)
    }

    /// Numbers beside samples, in columns and in JSON; the worst come first, and those without a number are not among them.
    private func scores(of list: SampleList) throws {
        func score(_ value: Double?) -> HeadlineScore {
            HeadlineScore(key: "meanIoU_percent", title: "mIoU", value: value, digits: 2)
        }
        let first = SampleBook.Key(scene: "b", token: "t0")
        let second = SampleBook.Key(scene: "b", token: "t1")
        let half = list.scored([first: .init(scores: [score(12.345)], note: nil)])
        #expect(
            half.table
                == "scene  index  token  mIoU   note\nb      0      t0     12.35  \nb      1      t1     -      no ground truth\n"
        )
        #expect(try half.text().contains("\"meanIoU_percent\" : 12.345"))
        #expect(half.worst(2).samples.map(\.token) == ["t0"])
        let both = list.scored([
            first: .init(scores: [score(7)], note: nil), second: .init(scores: [score(3)], note: nil),
        ])
        #expect(both.worst(2).samples.map(\.token) == ["t1", "t0"] && both.worst(1).samples.map(\.token) == ["t1"])
        #expect(both.table == "scene  index  token  mIoU\nb      0      t0     7.00\nb      1      t1     3.00\n")
        let none = list.scored([:])
        #expect(none.table.contains("score") && none.worst(5).samples.isEmpty)
    }
}
