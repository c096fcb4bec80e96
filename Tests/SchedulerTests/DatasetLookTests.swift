import Datasets
import Foundation
import ImageFiles
import TestSupport
import Testing

@testable import Scheduler

/// What `check-dataset` says of datasets on disk.
@Suite("Looks at datasets") struct DatasetLookTests {
    /// A dataset of one scene, three samples, a pinhole and a fisheye with a mask.
    private final class Van {
        let folder: TemporaryFolder
        var lines: [String]

        init() throws {
            folder = try TemporaryFolder()
            lines = [
                #"{"kind":"manifest","version":1,"name":"van"}"#,
                #"{"kind":"rig","name":"van","cameras":{"front":{"size":[64,48],"k":[40,40,31.5,23.5],"distortion":{"model":"none"},"#
                    + #""egoFromCamera":{"t":[1.6,0,1.4],"q":[0.5,-0.5,0.5,-0.5]}},"left":{"size":[64,48],"k":[20,20,31.5,23.5],"mask":"m.png","#
                    + #""maxAngle":1.2,"distortion":{"model":"kb4","d":[0,0,0,0]},"egoFromCamera":{"t":[1.1,0.9,1],"q":[0.7071068,-0.7071068,0,0]}}}}"#,
                #"{"kind":"scene","name":"s","rig":"van"}"#,
            ]
            let picture = try jpeg(64, 48)
            for index in 0..<3 {
                lines.append(
                    #"{"kind":"sample","token":"t\#(index)","t":\#(1_700_000_000_000_000_000 + 500_000_000 * index),"#
                        + #""worldFromEgo":{"t":[\#(4 * index),0,0],"q":[1,0,0,0]},"#
                        + #""images":{"front":{"path":"f\#(index).jpg"},"left":{"path":"l\#(index).jpg"}},"boxes":[{"category":"vehicle.car","#
                        + #""worldFromBox":{"t":[20,0,1],"q":[1,0,0,0]},"wlh":[2,4,2]}]}"#
                )
                for name in ["f", "l"] { try folder.write("\(name)\(index).jpg", picture) }
            }
            var mask = RGBImage(width: 64, height: 48, red: 255, green: 255, blue: 255)
            for pixel in 0..<(64 * 12) { mask.pixels[pixel * 3] = 0 }
            try folder.write("m.png", PNGEncoder.encode(mask))
        }

        func jpeg(_ width: Int, _ height: Int) throws -> [UInt8] {
            let image = RGBImage(width: width, height: height, red: 90, green: 90, blue: 90)
            return try JPEGEncoder().encode(image)
        }

        func look(
            _ pictureSizes: PictureSizeCheck = .sample,
            draw: String? = nil,
            split: String? = nil
        ) throws -> DatasetFacts {
            try folder.write("van.occ.jsonl", Array((lines.joined(separator: "\n") + "\n").utf8))
            let root = folder.file("van.occ.jsonl")
            let source: any DatasetSource
            do {
                source = try DatasetKind.manifest.open(root, "")
            } catch {
                return DatasetLook.facts(of: error)
            }
            let sheets = draw.map {
                DatasetSheets(source, pictureFolder: folder.path, folder: folder.file($0), wanted: 2, replaces: false)
            }
            return try DatasetLook(
                source: source,
                kind: .manifest,
                split: split,
                pictureSizes: pictureSizes,
                sheets: sheets
            ).facts()
        }

        /// What `run` says of the dataset.
        func refusal() -> DatasetError? {
            do {
                let source = try DatasetKind.manifest.open(folder.file("van.occ.jsonl"), "")
                _ = try source.survey(split: nil, options: ResolutionOptions(pictureSizes: .sample))
                return nil
            } catch {
                return error
            }
        }
    }

    @Test("A sound dataset: nothing is wrong, the mask counts, and sheets are drawn")
    func sound() throws {
        let van = try Van()
        let facts = try van.look(draw: "look")
        #expect(facts.isSound, "\(facts.findings)")
        #expect((facts.scenes, facts.samples, facts.pictures) == (1, 3, 6))
        #expect(facts.cameras[1].masked_percent?.mean == 25 && facts.cameras[1].beyondLens_percent.mean > 20)
        let text = DatasetFactsText(facts).text
        #expect(text.contains("1 scene, 3 samples, 6 pictures\n") && text.contains("\nnothing is wrong, "))
        #expect(text.contains("left    64 x 48  kb4") && text.contains("note   blind: no camera sees"))
        let drawn = try FileManager.default.contentsOfDirectory(atPath: van.folder.file("look")).sorted()
        #expect(drawn == ["s-1.png", "s-3.png"])
        let sheet = try PNGDecoder.decode(
            Array(Data(contentsOf: URL(fileURLWithPath: van.folder.file("look/\(drawn[0])"))))
        )
        #expect(sheet.width == 2 * 28 + 2 * 800 + 12)
        // Drawn again, a sheet holds the same.
        #expect(try van.look(draw: "look").isSound)
    }

    @Test("What run refuses is wrong for the same reason, and a picture that is missing is named")
    func sameReason() throws {
        let missing = try Van()
        try missing.folder.remove("l1.jpg")
        let other = try Van()
        try other.folder.write("f2.jpg", other.jpeg(32, 24))
        let order = try Van()
        order.lines[1] = order.lines[1].replacing("[0.5,-0.5,0.5,-0.5]", with: "[0.5,0.5,0.5,0.5]")
        let key = try Van()
        key.lines[1] = key.lines[1].replacing("\"distortion\"", with: "\"distorsion\"")
        for (van, check, word) in [
            (missing, "missingImage", "/l1.jpg"), (other, "pictureSize", "32 x 24"),
            (order, "unlikelyValue", "egoFromCamera"), (key, "unknownKey", "distorsion"),
        ] {
            let facts = try van.look()
            let refusal = try #require(van.refusal())
            let finding = try #require(facts.findings.first { $0.check == check }, "\(check): \(facts.findings)")
            #expect(finding.isWrong && finding.examples == refusal.problems.map(\.description))
            #expect(finding.examples[0].contains(word), "\(finding)")
            #expect(DatasetFactsText(facts).text.contains("WRONG  \(check): "))
        }
        // The size of a picture is no reason to look at nothing else.
        #expect(try other.look().samples == 3)
        #expect(try other.look(.all).samples == 0)
    }

    @Test("Masks that cannot be used, pictures that cannot be decoded, and times that fall are wrong")
    func others() throws {
        let van = try Van()
        try van.folder.write("m.png", PNGEncoder.encode(RGBImage(width: 32, height: 24, red: 1, green: 0, blue: 0)))
        #expect(try van.look().findings.first?.examples.first?.contains("32 x 24") == true)
        try van.folder.remove("m.png")
        #expect(try van.look().findings.first?.check == "missingImage")
        #expect(try van.look(.none).isSound)
        try van.folder.write("m.png", [0x89, 0x50])
        #expect(try van.look().findings.first?.check == "mask")
        let broken = try Van()
        try broken.folder.write("f0.jpg", [0xFF, 0xD8, 0xFF])
        #expect(try broken.look().findings.first?.check == "badImage")
        #expect(try broken.look(.none, draw: "look").findings.first?.check == "drawing")
        #expect(throws: DatasetError.self) { try broken.look(split: "nosuch") }
        let dark = try Van()
        try dark.folder.write("m.png", PNGEncoder.encode(RGBImage(width: 64, height: 48, red: 0, green: 0, blue: 0)))
        #expect(try dark.look().findings.first?.examples == ["the mask of left, 'm.png', is 0 everywhere"])
    }

    @Test("Ten scenes that lack pictures are told by five, and counted")
    func many() throws {
        let van = try Van()
        let (head, scene) = (van.lines[..<2], van.lines[2...])
        van.lines = Array(head)
        for number in 0..<10 {
            van.lines += scene.map {
                $0.replacing(#""name":"s""#, with: #""name":"s\#(number)""#)
                    .replacing(#""token":"t"#, with: #""token":"n\#(number)t"#)
                    .replacing("f1.jpg", with: "none/\(number).jpg")
            }
        }
        let facts = try van.look()
        let finding = try #require(facts.findings.first)
        #expect(finding.count == 10 && finding.examples.count == 5 && facts.scenes == 0)
        #expect(DatasetFactsText(facts).text.contains("       missingImage: 5 more\n10 things are wrong\n"))
    }
}
