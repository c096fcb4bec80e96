import ArrayFiles
import TestSupport
import Testing

@Suite("npz files")
struct NPZArchiveTests {
    /// `np.savez_compressed(f, pred=np.arange(4, dtype=np.uint8), t=np.array("xy"))`, numpy 2.4.6, zip64 fields and all.
    static let numpyFile = bytes(
        hex: "504b03042d0000000800000021002403de58ffffffffffffffff08001400707265642e6e70790100100084000000000000"
            + "0048000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a05e536aa8aea3a09e965f54529498179f5f9492"
            + "0a12774bcc294e058a17672416a402f91a263a9a3a0ab50a14002e0646266600504b03042d00000008000000210013c99c"
            + "22ffffffffffffffff05001400742e6e707901001000880000000000000049000000000000009bec17ea1b10c9c850c650"
            + "ad9e925a9c5ca46ea5a06e136aa4aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a9a3a0a"
            + "b50a1401ae0a0606864a200600504b01022d032d0000000800000021002403de5848000000840000000800000000000000"
            + "00000000800100000000707265642e6e7079504b01022d032d00000008000000210013c99c224900000088000000050000"
            + "000000000000000000800182000000742e6e7079504b0506000000000200020069000000020100000000"
    )

    private func sample() -> NPZArchive {
        var archive = NPZArchive()
        archive["semantics"] = NPYArray([UInt8]((0..<200).map { $0 % 18 }), shape: [10, 20])
        archive["token"] = NPYArray(text: "ca9a")
        archive["empty"] = NPYArray([Double](), shape: [0])
        return archive
    }

    @Test("reads what numpy writes")
    func readsNumpy() throws {
        let archive = try NPZArchive(decoding: Self.numpyFile, source: "n.npz")
        #expect(archive.names == ["pred", "t"])
        #expect(try archive.elements(of: "pred", as: UInt8.self, shape: [4]) == [0, 1, 2, 3])
        #expect(try archive.array(named: "t").texts() == ["xy"])
        let part = try NPZArchive(decoding: Self.numpyFile, source: "n.npz", only: ["t", "none"])
        #expect(part.names == ["t"])
    }

    @Test("round trips, always to the same bytes", arguments: [NPZArchive.Compression.stored, .deflated(level: 9)])
    func roundTrips(_ compression: NPZArchive.Compression) throws {
        let folder = try TemporaryFolder()
        let archive = sample()
        let file = try archive.encoded(compression)
        #expect(try archive.encoded(compression) == file)
        let back = try NPZArchive(decoding: file, source: "back")
        #expect(back.names == archive.names)
        for name in archive.names { #expect(back[name] == archive[name]) }
        try archive.write(to: folder.file("a.npz"), compression)
        #expect(try NPZArchive(contentsOf: folder.file("a.npz")).names == archive.names)
        #expect(throws: (any Error).self) { try NPZArchive(contentsOf: folder.file("none.npz")) }
    }

    @Test("an archive without arrays is an archive")
    func empty() throws {
        #expect(try NPZArchive(decoding: try NPZArchive().encoded(), source: "empty").names.isEmpty)
    }

    @Test("names can be set again and removed")
    func names() throws {
        var archive = sample()
        archive["token"] = NPYArray(text: "other")
        archive["empty"] = nil
        #expect(archive.names == ["semantics", "token"])
        #expect(try archive.array(named: "token").texts() == ["other"])
        #expect(throws: ArrayFileError.self) { try archive.array(named: "empty") }
    }

    @Test("limits hold")
    func limits() throws {
        let file = try sample().encoded()
        for limits in [
            NPZArchive.Limits(entries: 2), NPZArchive.Limits(arrayBytes: 150), NPZArchive.Limits(totalBytes: 400),
        ] {
            #expect { try NPZArchive(decoding: file, source: "big", limits: limits) } throws: {
                ($0 as? ArrayFileError)?.kind == .tooLarge
            }
        }
    }

    @Test("a promise of more bytes than deflate can unpack is a lie")
    func bomb() throws {
        var archive = NPZArchive()
        archive["a"] = NPYArray([UInt8](repeating: 0, count: 64), shape: [64])
        var file = try archive.encoded()
        // The uncompressed size stands 24 bytes into the directory entry and 22 into the local header.
        let directory = try #require(file.indices.first { file[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        for start in [directory + 24, 22] { file.replaceSubrange(start..<(start + 4), with: [0, 0, 0, 0x30]) }
        #expect { try NPZArchive(decoding: file, source: "bomb") } throws: {
            ($0 as? ArrayFileError)?.kind == .malformed && "\($0)".contains("cannot become")
        }
    }

    @Test("damage is an error or the same arrays, never other arrays", arguments: [true, false])
    func damage(_ isNumpy: Bool) throws {
        let file = isNumpy ? Self.numpyFile : try sample().encoded(.stored)
        let whole = try NPZArchive(decoding: file, source: "whole")
        for cut in Damage.truncations(of: file) {
            #expect(throws: ArrayFileError.self) { try NPZArchive(decoding: cut, source: "whole") }
        }
        Damage.forEachFlip(of: file) { bit, damaged in
            guard let archive = try? NPZArchive(decoding: damaged, source: "whole") else { return }
            for name in archive.names where whole[name] != nil {
                #expect(archive[name] == whole[name], "bit \(bit)")
            }
        }
    }
}
