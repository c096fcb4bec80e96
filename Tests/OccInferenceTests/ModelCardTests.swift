import Foundation
import Scenes
import TestSupport
import Testing

@testable import OccInference

@Suite("Cards of networks")
struct ModelCardTests {
    private static let text = """
        {
          "formatVersion": 1,
          "title": "small",
          "summary": "Finds cars.\\nNothing else.",
          "trainedOn": "a made-up world",
          "notFor": "real roads",
          "scores": [{"name": "mIoU, %", "value": 32.9, "on": "six scenes"}],
          "rig": {"CAM_FRONT": {"width_px": 704, "height_px": 396, "focalX_px": 557, "focalY_px": 556.5,
            "aboveGround_m": 1.51, "yaw_deg": -0.5}}
        }
        """

    private static func read(_ text: String) throws -> ModelCard {
        try ModelCard(json: Array(text.utf8), source: "my.card.json")
    }

    @Test("A card is read, and comes back from its own JSON")
    func comesBack() throws {
        let card = try Self.read(Self.text)
        #expect(card.title == "small" && card.notFor == "real roads" && card.scores[0].value == 32.9)
        #expect(card.summary == "Finds cars.\nNothing else.")
        #expect(card.rig["CAM_FRONT"]?.focalY_px == 556.5 && card.rig["CAM_FRONT"]?.yaw_deg == -0.5)
        #expect(try ModelCard(json: card.json(), source: "again") == card)
        let least = try Self.read(#"{"formatVersion": 1, "title": "t", "summary": "s"}"#)
        #expect(least.trainedOn == nil && least.scores.isEmpty && least.rig.isEmpty)
        #expect(try ModelCard(json: least.json(), source: "again") == least)
    }

    @Test(
        "What does not belong into a card is named: file, key, what was found",
        arguments: [
            ("\"title\": \"small\"", "\"titel\": \"small\"", "'titel' is unknown"),
            ("\"title\": \"small\",", "", "'title' is missing"),
            ("\"small\"", "7", "'title' is the number 7.0, a text"),
            ("\"small\"", "\"  \"", "'title' is an empty text"),
            ("\"small\"", "\"a\\u001b[31m\"", "U+001B"),
            ("\"small\"", "\"a\\nb\"", "U+000A"),
            ("\"small\"", "\"a\\u202eb\"", "U+202E"),
            ("\"small\"", "\"\(String(repeating: "x", count: 201))\"", "201 characters"),
            ("32.9", "\"32.9\"", "'scores[0].value' is a text, a number"),
            ("\"on\": \"six scenes\"", "\"at\": \"six scenes\"", "'scores[0].at' is unknown"),
            ("[{\"name\"", "[3, {\"name\"", "'scores[0]' is the number 3.0, an object"),
            ("704", "704.5", "'rig.CAM_FRONT.width_px' is 704.5, a whole number"),
            ("396", "0", "'rig.CAM_FRONT.height_px' is 0.0"),
            ("-0.5", "180.5", "'rig.CAM_FRONT.yaw_deg' is 180.5"),
            (
                "\"formatVersion\": 1", "\"formatVersion\": 2, \"new\": 0",
                "'formatVersion' is 2.0, this program reads 1"
            ),
            ("\"formatVersion\": 1,", "\"formatVersion\": 1", "line 3 is not JSON: ',' or '}'"),
            ("\"small\"", "small", "line 3 is not JSON: a value"),
        ]
    )
    func wrongCards(_ old: String, _ new: String, _ words: String) throws {
        #expect(Self.text.contains(old))
        let error = try #require(throws: ModelCardError.self) {
            try Self.read(Self.text.replacing(old, with: new, maxReplacements: 1))
        }
        #expect("\(error)".contains(words), "\(error)")
        #expect("\(error)".contains("'my.card.json'"))
    }

    @Test("A card says of which network it is, and in which precision its scores are")
    func networkAndPrecision() throws {
        let card = try Self.read(
            Self.text.replacing("\"title\"", with: "\"network\": \"occ-small_BDC-T\", \"title\"")
                .replacing("\"on\"", with: "\"precision\": \"int8\", \"on\"")
        )
        #expect(card.network == "occ-small_BDC-T" && card.scores[0].measuredIn == .int8)
        #expect(try ModelCard(json: card.json(), source: "again") == card)
        #expect(card.lines().contains("scores         mIoU, %: 32.9 in int8 on six scenes"))
        #expect(try Self.read(Self.text).scores[0].measuredIn == .fp32)
        let error = try #require(throws: ModelCardError.self) {
            try Self.read(Self.text.replacing("\"on\"", with: "\"precision\": \"fp8\", \"on\""))
        }
        #expect("\(error)".contains("'scores[0].precision' is 'fp8', one of fp32, bf16, int8"))
    }

    @Test(
        "The card of another network is told by its name, by the task of its scores, by its cameras",
        arguments: [
            ("det-small_BDC-T", "", "boxes: mAP", 6, "'det-small_BDC-T'"),
            ("", "det-small_BDC-T: small", "", 6, "'det-small_BDC-T'"),
            ("", "a detector", "mAP", 6, "predicts voxel labels"), ("", "a labeller", "RayIoU, %", 5, "5 cameras"),
            ("occ-small_BDC-T", "not det-small_BDC-T", "mIoU, %", 6, nil),
            ("", "occ-small_BDC-T, after det-small_BDC-T", "", 0, nil),
            ("", "any", "accuracy", 6, nil), ("my-network", "occ-small_BDC-T", "", 0, "'my-network'"),
        ]
    )
    func misfits(network: String, title: String, score: String, cameras: Int, words: String?) throws {
        var card = ModelCard(network: network.isEmpty ? nil : network, title: title, summary: "s")
        if !score.isEmpty { card.scores = [.init(name: score, value: 1, on: "x")] }
        for camera in 0..<cameras {
            card.rig["\(camera)"] = .init(
                width_px: 1,
                height_px: 1,
                focalX_px: 1,
                focalY_px: 1,
                aboveGround_m: 1,
                yaw_deg: 0
            )
        }
        let found = card.misfits(try ModelCatalogue.configuration(named: "occ-small_BDC-T"))
        #expect(words.map { found.count == 1 && found[0].contains($0) } ?? found.isEmpty, "\(found)")
    }

    @Test("Other documents are no cards, whatever they are")
    func otherDocuments() {
        for text in ["", "[]", "7", "{", "{} {}", String(repeating: "[", count: 100_000), "{\"formatVersion\": 1e400}"]
        {
            #expect(throws: ModelCardError.self, "\(text.prefix(20))") { try Self.read(text) }
        }
        #expect(throws: ModelCardError.self) {
            try ModelCard(json: [UInt8](repeating: 0x20, count: 1 << 19), source: "large")
        }
    }

    /// A package with weights of several sizes.
    private static func package(card: StoredCard? = nil, asVersion01: Bool = false) throws -> ModelPackage {
        var builder = PackageBuilder()
        builder.add("b.weight", [1, 2, 3], shape: [3])
        builder.add("a.signs", words: [7, 8])
        builder.add("c.large", (0..<20_000).map(Float.init))
        let metadata = PackageMetadata(
            configuration: try ModelCatalogue.configuration(named: "flashocc-r50_BDC-T"),
            weights: "test",
            parameters: 6,
            card: card
        )
        return try ModelPackage(bytes: try builder.build(metadata, asVersion01: asVersion01), source: "m.occmodel")
    }

    @Test("A card changes neither weights nor digest, whether it comes with the import, later, or in place of another")
    func packages() throws {
        let bare = try Self.package()
        let card = try Self.read(Self.text)
        let withCard = try Self.package(card: .card(card))
        #expect(bare.card == nil && withCard.card == card && withCard.digest == bare.digest)
        var long = card
        // The data moves by pages.
        long.summary = String(repeating: "word ", count: 790)
        long.scores = (0..<100).map {
            .init(name: "score \($0)", value: Double($0) / 3, on: String(repeating: "x", count: 190))
        }
        for base in [bare, withCard] {
            for wanted in [card, long] {
                let changed = try ModelPackage(bytes: base.bytes(with: wanted), source: "changed")
                try changed.verify()
                #expect(changed.card == wanted && changed.cardFlaw == nil && changed.digest == bare.digest)
                #expect(changed.configuration == bare.configuration && changed.weightsLabel == "test")
                let numbers = try changed.floats("c.large", count: 20_000)
                #expect((0..<20_000).allSatisfy { numbers[$0] == Float($0) })
                #expect(try changed.words("a.signs", count: 2)[1] == 8)
            }
        }
        #expect(try bare.bytes(with: card) == Self.bytes(of: withCard), "the same file as one imported with the card")
    }

    private static func bytes(of package: ModelPackage) throws -> [UInt8] {
        try package.bytes(with: #require(package.card))
    }

    @Test("A package of version 0.1 is named by all that is in it and gets no card")
    func versionOne() throws {
        let old = try Self.package(asVersion01: true)
        let error = try #require(throws: ModelPackageError.self) { try old.bytes(with: Self.read(Self.text)) }
        #expect(error.kind == .olderVersion && "\(error)".contains("m.occmodel"))
    }

    @Test("A card that cannot be read costs itself and not the package")
    func unreadableCards() throws {
        let bytes = try Self.package(card: .card(Self.read(Self.text))).bytes(with: Self.read(Self.text))
        let place = try #require(bytes.firstRange(of: Array("\"formatVersion\":1".utf8)))
        var newer = bytes
        newer[place.upperBound - 1] = UInt8(ascii: "2")
        PackageFormat.seal(
            &newer,
            dataStart: newer.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 56, as: UInt64.self)) }
        )
        let package = try ModelPackage(bytes: newer, source: "newer")
        try package.verify()
        #expect(package.card == nil && package.cardFlaw?.contains("formatVersion") == true)
        // Another card takes its place.
        let mended = try ModelPackage(bytes: package.bytes(with: Self.read(Self.text)), source: "mended")
        #expect(mended.card?.title == "small")
    }

    @Test("Each shipped network holds the card that lies beside it")
    func shippedCards() throws {
        let folder = Project.path("Models")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".occmodel") }
        #expect(!names.isEmpty)
        for name in names {
            let card = try ModelCard(path: "\(folder)/\(name.dropLast(".occmodel".count)).card.json")
            let package = try ModelPackage(path: "\(folder)/\(name)")
            #expect(package.card == card, "\(name): add-card puts the card into the package")
            #expect(card.title.hasPrefix(package.configuration.name) && card.notFor != nil && card.rig.count == 6)
        }
    }

    @Test("Lines for a terminal: every part has its label, long ones go on beneath it")
    func lines() throws {
        var card = try Self.read(Self.text)
        card.trainedOn = String(repeating: "many words ", count: 30)
        let lines = card.lines()
        #expect(lines.allSatisfy { $0.count <= 120 })
        for start in [
            "card           small", "trained on     many", "not for        real",
            "scores         mIoU, %: 32.9 in fp32 on six",
            "rig ",
        ] {
            #expect(lines.contains { $0.hasPrefix(start) }, "\(start)")
        }
    }
}
