import Storage
import TestSupport
import Testing

/// Damage is an error or ends recovery before it; it never gives other content and never traps.
@Suite struct SceneFileDamageTests {
    static let path = "file"

    @Test(arguments: [false, true]) func aCutFileGivesItsWholeSamples(isDetection: Bool) throws {
        let fixture = SceneFixture(tokens: ["t0", "t1", "t2"], isDetection: isDetection)
        let whole = try fixture.bytes()
        let ends = try entries(of: whole).map { $0.offset + $0.frameBytes }
        for length in 0..<whole.count {
            let files = SimulatedFileSystem()
            try files.put(Array(whole[..<length]), at: Self.path)
            let error = #expect(throws: StorageError.self, "length \(length)") {
                try SceneFileReader(path: Self.path, fileSystem: files)
            }
            guard case .unfinished = error?.kind else {
                Issue.record("length \(length): \(String(describing: error))")
                continue
            }
            #expect(throws: StorageError.self) { try SceneFileReader.verify(path: Self.path, fileSystem: files) }
            let expected = ends.count { $0 <= length }
            var contents: [[UInt8]] = []
            let recovered = try? SceneFileReader.recover(path: Self.path, fileSystem: files) {
                contents.append($0.content)
            }
            #expect(recovered?.entries.count ?? 0 == expected, "length \(length)")
            #expect(contents == (try fixture.tokens.prefix(expected).map { try fixture.content(of: $0) }))
        }
    }

    @Test(arguments: [false, true]) func everyFlippedBitIsFound(isDetection: Bool) throws {
        let fixture = SceneFixture(tokens: ["t0", "t1"], isDetection: isDetection)
        var bytes = try fixture.bytes()
        for bit in 0..<bytes.count * 8 {
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            try check(bytes, firstDamage: bit / 8, fixture, "bit \(bit)")
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }

    @Test func randomDamageIsFound() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("scene file damage seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let fixture = SceneFixture()
        let whole = try fixture.bytes()
        for round in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let length = Int.random(in: 1...min(200, bytes.count - place), using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<place + min(length, bytes.count - 1))
                case 2: bytes.insert(contentsOf: whole.prefix(length), at: place)
                case 3: for index in place..<place + length { bytes[index] = 0 }
                default: bytes.append(contentsOf: whole.suffix(length))
                }
            }
            guard bytes != whole else { continue }
            let first = zip(bytes, whole).enumerated().first { $1.0 != $1.1 }?.offset ?? min(bytes.count, whole.count)
            try check(bytes, firstDamage: first, fixture, "seed \(seed), round \(round)")
        }
    }

    @Test func partsOfOtherFilesAreFound() throws {
        let one = try SceneFixture(tokens: ["t0", "t1"]).bytes()
        let entries = try entries(of: one)
        let firstEnd = entries[0].offset + entries[0].frameBytes
        let secondEnd = entries[1].offset + entries[1].frameBytes
        let headerEnd = try entriesStart(of: one)
        // The second sample's whole block in place of the first: every checksum in it is right, its place is not.
        let swapped = one[..<headerEnd] + one[firstEnd..<secondEnd] + one[secondEnd...]
        try check(Array(swapped), firstDamage: headerEnd, SceneFixture(tokens: ["t0", "t1"]), "swapped")
        // Another file's tail, in its right place: an index that is whole but tells of other samples.
        let fixture = SceneFixture(tokens: ["t0", "t1"], isDetection: true)
        let own = try fixture.bytes()
        let last = try #require(try self.entries(of: own).last)
        let end = last.offset + last.frameBytes
        // Sizes differ where a checksum has fewer digits, so several are tried.
        let others = try "abcdefghij".map { try SceneFixture(tokens: ["\($0)0", "\($0)1"], isDetection: true).bytes() }
        let other = try #require(
            try others.first { try self.entries(of: $0).last.map { $0.offset + $0.frameBytes } == end }
        )
        try check(Array(own[..<end] + other[end...]), firstDamage: end, fixture, "other index")
    }

    @Test func aNewerVersionIsNamed() throws {
        var bytes = try SceneFixture().bytes()
        bytes[16] = 2
        let files = SimulatedFileSystem()
        try files.put(bytes, at: Self.path)
        let error = #expect(throws: StorageError.self) { try SceneFileReader(path: Self.path, fileSystem: files) }
        #expect(error?.kind == .unsupportedVersion(2))
    }

    /// Damaged bytes: verification fails, recovery stops before the damage, the index gives right contents or errors.
    private func check(_ bytes: [UInt8], firstDamage: Int, _ fixture: SceneFixture, _ what: Comment) throws {
        let files = SimulatedFileSystem()
        try files.put(bytes, at: Self.path)
        #expect(throws: StorageError.self, what) { try SceneFileReader.verify(path: Self.path, fileSystem: files) }
        var contents: [[UInt8]] = []
        if let found = try? SceneFileReader.recover(path: Self.path, fileSystem: files, { contents.append($0.content) })
        {
            #expect(found.wholeBytes <= firstDamage && found.end != .finished, what)
            #expect(contents == (try fixture.tokens.prefix(contents.count).map { try fixture.content(of: $0) }), what)
        }
        guard let reader = try? SceneFileReader(path: Self.path, fileSystem: files) else { return }
        for entry in reader.entries {
            guard let sample = try? reader.sample(entry) else { continue }
            #expect(try sample.content == fixture.content(of: entry.token), what)
        }
    }

    private func entries(of bytes: [UInt8]) throws -> [SampleEntry] {
        let files = SimulatedFileSystem()
        try files.put(bytes, at: Self.path)
        return try SceneFileReader(path: Self.path, fileSystem: files).entries
    }

    private func entriesStart(of bytes: [UInt8]) throws -> Int {
        let size = bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        return size + 8
    }
}
