import ArgumentParser
import CommandSupport
import Datasets
import Scenes
import Testing

@testable import Scheduler

@Suite("Options of a submission")
struct SubmissionOptionsTests {
    private static let least = ["--dataset", "d", "--version", "v", "--model", "m", "--output", "o"]

    @Test("A sample of the pictures is looked at unless somebody says otherwise, and no intrinsics are rescaled")
    func defaults() throws {
        let options = try SubmissionOptions.parse(Self.least)
        #expect(options.checkPictures == .sample && !options.rescaleIntrinsics && !options.reducedDecoding)
        let all = try SubmissionOptions.parse(Self.least + ["--check-pictures", "all", "--rescale-intrinsics"])
        #expect(all.checkPictures == .all && all.rescaleIntrinsics)
        #expect(throws: (any Error).self) { try SubmissionOptions.parse(Self.least + ["--check-pictures", "some"]) }
    }

    @Test("Precision is fp32 unless somebody says otherwise, and a precision that is none is refused")
    func precisions() throws {
        #expect(try SubmissionOptions.parse(Self.least).precision == .fp32)
        #expect(try SubmissionOptions.parse(Self.least + ["--precision", "int8"]).precision == .int8)
        #expect(throws: (any Error).self) { try SubmissionOptions.parse(Self.least + ["--precision", "fp16"]) }
    }

    @Test("Pinned threads need physical cores of their own, and each worker gets the next ones")
    func pins() throws {
        let options = try WorkerOptions.parse(["--workers", "2", "--slots-per-worker", "3", "--pin"])
        #expect(options.pinArguments(worker: 0) == ["--pin", "0"])
        #expect(options.pinArguments(worker: 1) == ["--pin", "3"])
        try options.checkPins(cores: 6)
        #expect(throws: CommandFailure.self) { try options.checkPins(cores: 5) }
        let free = try WorkerOptions.parse(["--workers", "2", "--slots-per-worker", "3"])
        try free.checkPins(cores: 1)
        #expect(free.pinArguments(worker: 1).isEmpty)
    }

    @Test("A picture's name must say a format that is written")
    func pictures() throws {
        #expect(try PictureCommand.parse(["--output", "o", "--to", "a.jpg"]).view == .above)
        #expect(try PictureCommand.parse(["--output", "o", "--to", "a.webp", "--view", "voxels"]).view == .voxels)
        #expect(throws: (any Error).self) {
            try PictureCommand.parse(["--output", "o", "--to", "a.png", "--view", "side"])
        }
        for name in ["a.gif", "a", "jpg"] {
            let error = #expect(throws: (any Error).self) { try PictureCommand.parse(["--output", "o", "--to", name]) }
            #expect(error.map { PictureCommand.message(for: $0).contains(".png, .jpg, .jpeg or .webp") } == true)
        }
    }
}
