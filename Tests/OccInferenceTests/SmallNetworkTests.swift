import Foundation
import Testing

@testable import OccInference

/// Whole binary networks at a small size against the published code: every layer, connection and quirk from pictures to labels or
/// head maps, held to rounding.
///
/// At full size a binary network turns rounding into flipped signs, and only bounds on their effect can be held. With few activations
/// none lies within rounding of zero: the golden's pictures were chosen so (`Goldens/make_small_goldens.py`).
@Suite(.serialized) struct SmallNetworkTests {
    @Test func everyFamilyIsThere() throws {
        let goldens = try SmallGoldens.read()
        for family in Network.families {
            #expect(goldens.networks.contains { $0.network == "flashocc-r50_\(family.suffix)-T" })
            #expect(goldens.networks.contains { $0.network == "bevdet-r50-cbgs_\(family.suffix)-T" })
        }
        // The dense part of each network has neither too few signs to mean anything nor taps left out.
        #expect(goldens.networks.allSatisfy { $0.signs > 100_000 && $0.taps.count >= 10 })
    }

    @Test(arguments: try SmallGoldens.read().networks)
    func agreesWithThePublishedCode(_ golden: SmallGoldens.Network) throws {
        try Self.check(golden, of: SmallGoldens.read())
    }

    @Test(arguments: try SmallGoldens.readOwn().networks)
    func agreesWithOurTrainingCode(_ golden: SmallGoldens.Network) throws {
        #expect(golden.signs > 10_000 && golden.taps.count >= 10)
        try Self.check(golden, of: SmallGoldens.readOwn())
    }

    private static func check(_ golden: SmallGoldens.Network, of goldens: SmallGoldens) throws {
        let configuration = try goldens.small(ModelCatalogue.configuration(named: golden.network))
        let package = try ModelPackage(
            bytes: ModelImporter.pack(configuration, weights: FormulaWeightSource(seed: goldens.seed)),
            source: golden.network
        )
        let taps = Dictionary(uniqueKeysWithValues: golden.taps.map { ($0.name, $0) })
        var seen: Set<String> = []
        let prediction = try PreparedModel(package).makeSession().predict(
            goldens.input(seed: golden.imageSeed, frames: configuration.frames),
            taps: Set(taps.keys)
        ) { tap in
            seen.insert(tap.name)
            let expected = try #require(taps[tap.name])
            #expect(tap.shape == expected.shape, "\(tap.name)")
            let difference = TensorDifference(
                name: tap.name,
                reference: expected.value,
                candidate: expected.index.map { tap.values[$0] },
                deviation: expected.deviation
            )
            #expect(difference.largestRelative < 2e-4, "\(golden.network): \(difference)")
        }
        #expect(seen == Set(taps.keys))
        guard let labels = golden.labels else { return }
        guard case .occupancy(let found) = prediction else {
            Issue.record("the network predicts no occupancy")
            return
        }
        let letters = found.map { UnicodeScalar($0 + UInt8(ascii: "a")) }
        #expect(letters.elementsEqual(labels.unicodeScalars))
    }

    /// Where a session is asked for its layers, they count what the network's description counts, and the prediction stays the same.
    @Test(arguments: ["occ-small_BDC-T", "det-small_BDC-T"])
    func profilesEveryLayer(_ name: String) throws {
        let goldens = try SmallGoldens.readOwn()
        let configuration = try goldens.small(ModelCatalogue.configuration(named: name))
        let package = try ModelPackage(
            bytes: ModelImporter.pack(configuration, weights: FormulaWeightSource(seed: goldens.seed)),
            source: name
        )
        let session = try PreparedModel(package).makeSession()
        let input = goldens.input(seed: 1, frames: 1)
        let plain = try session.predict(input)
        #expect(session.lastLayers.isEmpty)
        session.isProfiling = true
        #expect(try session.predict(input) == plain)
        let layers = session.lastLayers
        let totals = try ModelDescription(configuration).totals
        #expect(layers.reduce(0) { $0 + $1.fullPrecisionMACs } == totals.fullPrecisionMACs)
        #expect(layers.reduce(0) { $0 + $1.binaryMACs + $1.binaryWeightMACs } == totals.allBinaryMACs)
        #expect(Set(layers.map { "\($0.stage)/\($0.name)" }).count == layers.count)
        #expect(layers.contains { $0.name == "img_backbone.conv1" && $0.stage == "backbone" && $0.tensorBytes > 0 })
        #expect(layers.contains { $0.name.hasPrefix("(") && $0.macs == 0 })
    }

    /// A checkpoint holds just the tensors that are asked for, in every network of the catalogue, published or our own.
    @Test(arguments: ModelCatalogue.configurations)
    func asksForTheTensorsOfCheckpoints(_ name: String) throws {
        let goldens = try [SmallGoldens.read(), SmallGoldens.readOwn()]
        let published = try #require(goldens.lazy.compactMap { $0.stateDicts[name] }.first)
        let tensors = try Network(ModelCatalogue.configuration(named: name)).tensors
        #expect(tensors.count == published.tensors)
        #expect(NetworkGoldenTests.hexDigest(tensors) == published.sha256)
    }
}
