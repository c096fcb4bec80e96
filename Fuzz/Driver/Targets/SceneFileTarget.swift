import ArrayFiles
import Foundation
import LZ4Frames

@testable import Storage

extension FuzzTarget {
    /// Scene files: the first byte says whether the rest is a file as it is (even) or parts to be put together with right
    /// sizes and checksums (odd), without which no mutation would come past the first CRC-32.
    static let sceneFile = FuzzTarget(
        name: "scene-file",
        run: { input in
            guard let first = input.first else { return }
            let body = Array(input.dropFirst())
            check(first & 1 == 0 ? body : ScenePieces.assemble(body))
        },
        seeds: {
            var parts: [UInt8] = [0] + piece(ScenePieces.header)
            parts += [3] + piece(try NPYArray(labels, shape: [2, 3, 4]).encoded())
            parts += [4] + piece(Array(#"[{"detection_name":"car"}]"#.utf8))
            parts += [7] + piece([])
            return [[0] + ScenePieces.assemble(parts), [1] + parts]
        }
    )

    private static let labels = (0..<24).map { UInt8($0 % 18) }
    private static let path = "f"

    private static func check(_ bytes: [UInt8]) {
        let files = MemoryFiles()
        files.files[path] = bytes
        let reader = accepted { try SceneFileReader(path: path, fileSystem: files) }
        let verified = accepted { try SceneFileReader.verify(path: path, fileSystem: files) }
        var contents: [[UInt8]] = []
        let recovered = accepted {
            try SceneFileReader.recover(path: path, fileSystem: files) { contents.append($0.content) }
        }
        if let reader {
            demand(reader.entries.count <= SceneFileLimits.samples, "too many samples")
            for entry in reader.entries {
                guard let sample = accepted({ try reader.sample(entry) }) else { continue }
                demand(sample.content.count == entry.contentBytes, "a sample of another size")
                _ = accepted { try sample.occupancy() }
            }
        }
        if let verified {
            demand(reader?.entries == verified.entries, "a verified file that the index does not open")
            demand(recovered?.end == .finished, "a verified file that recovery finds broken")
        }
        guard let recovered else {
            demand(verified == nil, "a verified file that cannot be recovered")
            return
        }
        demand(recovered.entries.count == contents.count, "recovered rows without content")
        demand(recovered.wholeBytes <= bytes.count, "more whole bytes than there are")
        // A cut anywhere leaves the samples before it, and only them.
        for cut in [recovered.wholeBytes, recovered.wholeBytes / 2, max(0, bytes.count - 1)] {
            files.files[path] = Array(bytes.prefix(cut))
            let whole = recovered.entries.filter { $0.offset + $0.frameBytes <= cut }
            guard let again = accepted({ try SceneFileReader.recover(path: path, fileSystem: files) }) else {
                demand(whole.isEmpty, "a cut file lost its whole samples")
                continue
            }
            demand(again.entries == whole, "a cut at byte \(cut) gives other samples")
        }
    }
}

/// Puts a scene file together from parts: operation (one byte) and piece each.
private enum ScenePieces {
    static let header = Array(
        (#"{"dataset":"d","datasetVersion":"v","lease":3,"model":"m","modelDigest":"00","precision":"fp32","#
            + #""run":"r","scene":"s","software":"occ","split":"all"}"#).utf8
    )

    static func assemble(_ input: [UInt8]) -> [UInt8] {
        var reader = InputReader(input)
        var file: [UInt8] = []
        var entries: [SampleEntry] = []
        for _ in 0..<64 where !reader.rest.isEmpty {
            let operation = reader.byte() % 8
            let content = reader.piece()
            switch operation {
            case 0, 1, 2:
                append(SectionFrame(rawValue: operation) ?? .header, content, to: &file)
            case 3, 4:
                let frame = (try? LZ4Frame.compress(content)) ?? []
                add(frame, contentBytes: content.count, operation == 3 ? .occupancy : .detections, &file, &entries)
            case 5: file += content
            case 6: add(content, contentBytes: 152, .occupancy, &file, &entries)
            default:
                let json = (try? JSONEncoder().encode(SampleIndex(samples: entries))) ?? Data()
                append(.index, Array(json), to: &file)
            }
        }
        return file
    }

    private static func add(
        _ frame: [UInt8],
        contentBytes: Int,
        _ kind: SampleKind,
        _ file: inout [UInt8],
        _ entries: inout [SampleEntry]
    ) {
        let record = SampleRecord(
            token: "t\(entries.count)",
            kind: kind,
            frameBytes: frame.count,
            contentBytes: contentBytes,
            frameCRC32: CRC32.checksum(frame)
        )
        append(.record, Array((try? JSONEncoder().encode(record)) ?? Data()), to: &file)
        entries.append(record.entry(at: file.count))
        file += frame
    }

    /// A header, record or index frame with whatever JSON, right in all else.
    private static func append(_ section: SectionFrame, _ json: [UInt8], to file: inout [UInt8]) {
        let offset = UInt64(file.count)
        var frame = SkippableFrame.head(kind: section.rawValue, userDataBytes: json.count + 24)
        frame += Array(section.tag.utf8)
        frame += [UInt8(SceneFileLimits.version), 0, 0, 0]
        frame += json
        frame += (0..<8).map { UInt8(truncatingIfNeeded: offset >> (UInt64($0) * 8)) }
        let checksum = CRC32.checksum(frame)
        file += frame
        file += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (UInt32($0) * 8)) }
    }
}
