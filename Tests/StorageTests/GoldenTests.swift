import Foundation
import Storage
import TestSupport
import Testing

/// Files of every version of the format stay readable.
///
/// `OCC_WRITE_GOLDENS=1 swift test --filter GoldenTests` writes those of
/// the current version.
@Suite struct GoldenTests {
    static let isWriting = ProcessInfo.processInfo.environment["OCC_WRITE_GOLDENS"] != nil

    @Test(arguments: [(1, false), (1, true)]) func oldVersionsStayReadable(version: Int, isDetection: Bool) throws {
        let fixture = SceneFixture(isDetection: isDetection)
        let name = "v\(version)-\(isDetection ? "detections" : "occupancy").occ.lz4"
        let path = Project.path("Tests/StorageTests/Goldens/\(name)")
        if Self.isWriting {
            try Data(fixture.bytes(lease: 5)).write(to: URL(fileURLWithPath: path))
        }
        let (header, entries) = try SceneFileReader.verify(path: path)
        #expect(header == fixture.header(lease: 5))
        #expect(entries.map(\.token) == fixture.tokens)
        #expect(entries.allSatisfy { $0.kind == (isDetection ? .detections : .occupancy) })
        let reader = try SceneFileReader(path: path)
        for token in fixture.tokens {
            #expect(try reader.sample(token: token).content == fixture.content(of: token))
        }
    }
}
