import Foundation
import Testing

@testable import OccInference

@Suite struct ModelPackageTests {
    /// A small package: the format is the same as that of a large one.
    private static func small() throws -> [UInt8] {
        var builder = PackageBuilder()
        builder.add("b.weight", [1, 2, 3, 4, 5, 6], shape: [3, 2])
        builder.add("a.signs", words: [7, 8])
        builder.add("c.large", [Float](repeating: 0.5, count: 20_000))
        return try builder.build(
            PackageMetadata(
                configuration: try ModelCatalogue.configuration(named: "flashocc-r50_BDC-T"),
                weights: "test",
                parameters: 6
            )
        )
    }

    @Test func readsWhatWasWritten() throws {
        let bytes = try Self.small()
        let package = try ModelPackage(bytes: bytes, source: "test")
        try package.verify()
        #expect(package.configuration.name == "flashocc-r50_BDC-T")
        #expect(package.weightsLabel == "test")
        #expect(package.parameterCount == 6)
        #expect(package.byteCount == bytes.count)
        let weights = try package.floats("b.weight", count: 6)
        #expect(Array(UnsafeBufferPointer(start: weights, count: 6)) == [1, 2, 3, 4, 5, 6])
        #expect(try package.words("a.signs", count: 2)[1] == 8)
        let large = try package.floats("c.large", count: 20_000)
        #expect(large[19_999] == 0.5)
        #expect(try Self.small() == bytes, "the same tensors give the same bytes")
        #expect(throws: ModelPackageError.self) { try package.floats("b.weight", count: 5) }
        #expect(throws: ModelPackageError.self) { try package.words("b.weight", count: 6) }
        #expect(throws: ModelPackageError.self) { try package.floats("missing", count: 1) }
    }

    /// The bytes at fixed offsets that `docs/model-package.md` promises.
    @Test func layoutIsTheDocumentedOne() throws {
        let bytes = try Self.small()
        func number(_ offset: Int) -> Int {
            bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
        }
        #expect(Array(bytes.prefix(8)) == Array("OCCMODEL".utf8))
        #expect(Array(bytes[8..<16]) == [1, 0, 0, 0, 0, 0, 0, 0])
        #expect(number(16) == bytes.count)
        #expect(number(32) == 3)
        #expect(number(40) == (128 + number(24) + 63) / 64 * 64)
        #expect(number(56) % 4096 == 0)
        #expect(bytes[128] == UInt8(ascii: "{"))
        let firstEntry = number(40)
        #expect(bytes[firstEntry + 8] == 2, "sorted by name: the words come first")
        #expect(number(firstEntry + 40) == number(56))
        #expect(number(firstEntry + 48) == 8)
        let lastEntry = firstEntry + 128
        #expect(number(lastEntry + 40) % 4096 == 0, "large tensors start on a page")
    }

    /// A package of a few tensors.
    private static func package(
        label: String = "a",
        configuration: String = "flashocc-r50_BDC-T",
        last: Float = 3,
        order: [Int] = [0, 1],
        asVersion01: Bool = false,
        digest: String? = nil
    ) throws -> [UInt8] {
        var builder = PackageBuilder()
        for index in order {
            if index == 0 {
                builder.add("x.weight", [1, 2, last], shape: [3, 1])
            } else {
                builder.add("y.signs", words: [5])
            }
        }
        let metadata = PackageMetadata(
            configuration: try ModelCatalogue.configuration(named: configuration),
            weights: label,
            parameters: 3,
            digest: digest
        )
        return try builder.build(metadata, asVersion01: asVersion01)
    }

    private static func digest(_ bytes: [UInt8]) throws -> String {
        let package = try ModelPackage(bytes: bytes, source: "test")
        try package.verify()
        return package.digest
    }

    @Test func theDigestCoversWhatDecidesPredictionsAndNothingElse() throws {
        let digest = try Self.digest(Self.package())
        #expect(try Self.digest(Self.package(label: "/elsewhere/state_dict.safetensors")) == digest)
        #expect(try Self.digest(Self.package(order: [1, 0])) == digest)
        #expect(try Self.digest(Self.package(last: 4)) != digest)
        #expect(try Self.digest(Self.package(configuration: "flashocc-r50_BDC-B")) != digest)
        // Written down: another way of counting would make every run anew.
        #expect(digest == "aa420e7f6f9cc996f6826127a5e87071e97a6b9be3ae9aa6421b6c93e1da16b8")
    }

    @Test func aPackageOfVersion01KeepsItsDigest() throws {
        let old = try Self.package(asVersion01: true)
        let content = old[96..<128].map { String(format: "%02x", $0) }.joined()
        #expect(try Self.digest(old) == content)
        #expect(try Self.digest(Self.package(label: "b", asVersion01: true)) != content)
        #expect(try Self.digest(Self.package()) != content)
    }

    @Test func aPackageThatSaysItIsAnotherIsRefused() throws {
        let bytes = try Self.package()
        let own = Array(try Self.digest(bytes).utf8)
        let other = Array(try Self.digest(Self.package(last: 4)).utf8)
        func forge(_ text: [UInt8]) throws -> ModelPackage {
            let place = try #require(bytes.indices.first { bytes[$0...].starts(with: own) })
            var forged = bytes
            forged.replaceSubrange(place..<place + 64, with: text)
            let dataStart = forged.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 56, as: UInt64.self)) }
            forged.replaceSubrange(64..<96, with: PackageDigest.bytes(of: forged, upTo: dataStart))
            forged.replaceSubrange(96..<128, with: PackageDigest.bytes(of: forged, upTo: forged.count))
            return try ModelPackage(bytes: forged, source: "forged")
        }
        let package = try forge(other)
        let error = #expect(throws: ModelPackageError.self) { try package.verify() }
        #expect(error?.kind == .damaged)
        #expect(throws: ModelPackageError.self) { try forge([UInt8](repeating: UInt8(ascii: "Z"), count: 64)) }
    }

    @Test func everyTruncationIsAnError() throws {
        let bytes = try Self.small()
        for length in Array(0..<300) + stride(from: 300, to: bytes.count, by: 1021) {
            #expect(throws: ModelPackageError.self, "length \(length)") {
                try ModelPackage(bytes: Array(bytes.prefix(length)), source: "cut")
            }
        }
        #expect(throws: ModelPackageError.self) { try ModelPackage(bytes: bytes + [0], source: "longer") }
    }

    @Test func everyFlippedBitIsAnError() throws {
        let bytes = try Self.small()
        let dataStart = bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 56, as: UInt64.self)) }
        let places = Array(0..<(dataStart < 2048 ? dataStart : 2048)) + stride(from: 2048, to: bytes.count, by: 509)
        for place in places {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            #expect(throws: ModelPackageError.self, "byte \(place)") {
                try ModelPackage(bytes: damaged, source: "flipped").verify()
            }
        }
    }

    @Test func newerVersionsAndOtherFilesSayWhatTheyAre() throws {
        var bytes = try Self.small()
        bytes[8] = 2
        let newer = #expect(throws: ModelPackageError.self) { try ModelPackage(bytes: bytes, source: "m") }
        #expect(newer?.kind == .newerVersion)
        #expect(newer?.description.contains("version 2") == true)
        let other = #expect(throws: ModelPackageError.self) {
            try ModelPackage(bytes: Array("PK\u{3}\u{4} and more than twelve".utf8), source: "m")
        }
        #expect(other?.kind == .notAPackage)
    }

    /// A header with a fitting digest but hostile numbers must not trap or allocate.
    @Test func hostileHeadersAreErrors() throws {
        let bytes = try Self.small()
        for field in 0..<6 {
            for value in [UInt64.max, UInt64(Int.max), 1 << 40, 0, 1, UInt64(bytes.count)] {
                var hostile = bytes
                withUnsafeBytes(of: value) { hostile.replaceSubrange((16 + field * 8)..<(24 + field * 8), with: $0) }
                if hostile == bytes { continue }
                #expect(throws: ModelPackageError.self) { try ModelPackage(bytes: hostile, source: "hostile") }
            }
        }
        let table = bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 40, as: UInt64.self)) }
        let dataStart = bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 56, as: UInt64.self)) }
        for field in 0..<14 {
            for value in [UInt32.max, 1 << 30, 0xFFFF] {
                var hostile = bytes
                let place = table + 64 + field * 4
                withUnsafeBytes(of: value) { hostile.replaceSubrange(place..<(place + 4), with: $0) }
                hostile.replaceSubrange(64..<96, with: PackageDigest.bytes(of: hostile, upTo: dataStart))
                // Unused axes may hold anything; everything else must be refused.
                if (6..<10).contains(field) { continue }
                #expect(throws: ModelPackageError.self, "field \(field)") {
                    try ModelPackage(bytes: hostile, source: "hostile")
                }
            }
        }
    }

    @Test func refusesToRunDamagedWeights() throws {
        var bytes = try Self.small()
        bytes[bytes.count - 1] ^= 1
        let package = try ModelPackage(bytes: bytes, source: "damaged")
        let error = #expect(throws: ModelPackageError.self) { try PreparedModel(package) }
        #expect(error?.kind == .damaged)
    }

    @Test func refusesToRunWhatLacksTensors() throws {
        let package = try ModelPackage(bytes: try Self.small(), source: "small")
        let error = #expect(throws: ModelPackageError.self) { try PreparedModel(package) }
        #expect(error?.kind == .incomplete)
        #expect(error?.description.contains("img_backbone.conv1.weight") == true)
    }
}
