import ArgumentParser
import Datasets
import Testing

@testable import Scheduler

@Suite("Options of a submission")
struct SubmissionOptionsTests {
    private static let least = ["--dataset", "d", "--version", "v", "--model", "m", "--output", "o"]

    @Test("A sample of the pictures is looked at unless somebody says otherwise, and no intrinsics are rescaled")
    func defaults() throws {
        let options = try SubmissionOptions.parse(Self.least)
        #expect(options.checkPictures == .sample && !options.rescaleIntrinsics)
        let all = try SubmissionOptions.parse(Self.least + ["--check-pictures", "all", "--rescale-intrinsics"])
        #expect(all.checkPictures == .all && all.rescaleIntrinsics)
        #expect(throws: (any Error).self) { try SubmissionOptions.parse(Self.least + ["--check-pictures", "some"]) }
    }

    @Test("There is no option that reaches no computation")
    func noPrecision() {
        #expect(throws: (any Error).self) { try SubmissionOptions.parse(Self.least + ["--precision", "fp32"]) }
        #expect(!SubmissionOptions.helpMessage().contains("precision"))
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
