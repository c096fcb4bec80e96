internal import Glibc
internal import MCAPFiles
internal import Scenes
internal import Synchronization
internal import SystemSupport

/// Reads pictures inside recordings; keeps recordings open between samples.
///
/// Who reads takes a reader out and gives it back, so each thread that reads has one, with its last chunk: pictures of one moment lie in the same
/// chunk or the next. Idle readers are bounded in number and in the bytes that they keep; those used longest ago go first.
final class RecordingPool: Sendable {
    /// The pool of this process.
    static let shared = RecordingPool()

    /// An open recording.
    ///
    /// `@unchecked`: whoever took it out of the pool is its only user; `idle` guards the others.
    private final class Entry: @unchecked Sendable {
        let path: String
        let identity: Identity
        let reader: MCAPMessageReader

        init(path: String, identity: Identity) throws {
            self.path = path
            self.identity = identity
            reader = MCAPMessageReader(bytes: try MCAPFileBytes(path: path))
        }
    }

    /// By what a file is known to be the one that was opened.
    private struct Identity: Equatable {
        let device: UInt
        let node: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int

        init(path: String) throws {
            var status = stat()
            guard stat(path, &status) == 0 else { throw FileError.last("open", path) }
            device = UInt(status.st_dev)
            node = UInt(status.st_ino)
            size = Int(status.st_size)
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    private let mostIdle: Int
    private let mostIdleBytes: Int
    private let idle = Mutex<[Entry]>([])

    /// Makes a pool.
    ///
    /// - Parameters:
    ///   - mostIdle: the most recordings that stay open while nobody reads in them.
    ///   - mostIdleBytes: the most that their chunks take together, bytes.
    init(mostIdle: Int = 64, mostIdleBytes: Int = 256 << 20) {
        self.mostIdle = mostIdle
        self.mostIdleBytes = mostIdleBytes
    }

    /// Open recordings that nobody reads in, and what their chunks take, bytes.
    var kept: (count: Int, bytes: Int) { idle.withLock { ($0.count, Self.bytes($0)) } }

    /// The picture at a place.
    ///
    /// - Throws: `FileError`; `DatasetProblem` where the message is not the one that was written down, or no JPEG picture.
    func picture(_ place: RecordedPicture, of channel: String, in path: String) throws -> PictureFile {
        func problem(_ found: String, _ advice: String) -> DatasetProblem {
            DatasetProblem(
                .recordedPicture,
                file: path,
                byteOffset: UInt64(clamping: place.chunk ?? place.offset),
                found: "the picture of \(channel): \(found)",
                advice: advice
            )
        }
        let changed =
            "the recording was written anew or damaged: bring back the one that the manifest was made of, or import it again"
        guard let decoder = MessageDecoder(place.type), decoder.content == .image else {
            throw problem("\"\(place.type)\" is no type of picture", "name the type of its message in the manifest")
        }
        let entry = try take(path, chunk: place.chunk ?? place.offset)
        let image: RecordedImage
        do {
            let reference = MessageReference(
                record: Int(place.chunk ?? place.offset),
                offset: place.chunk == nil ? nil : Int(place.offset)
            )
            guard case .image(let found) = try decoder.decode(try entry.reader.message(at: reference).data) else {
                throw problem("its message holds none", changed)
            }
            image = found
        } catch let error as MCAPError {
            throw problem(error.description, changed)
        }
        give(entry)
        guard image.data.count == place.size else {
            throw problem("\(image.data.count) bytes where \(place.size) were written down", changed)
        }
        if let stamp = place.stamp_ns, stamp != image.time_ns {
            throw problem("its message is of \(image.time_ns) ns, not of \(stamp) ns", changed)
        }
        guard image.content == .jpeg else {
            let what = image.content == .other ? "of the format '\(image.format.prefix(60))'" : image.content.rawValue
            throw problem("it is \(what), and JPEG is read", "make JPEG pictures of the topic (docs/mcap.md shows how)")
        }
        let text = place.chunk.map { "chunk at \($0), message at \(place.offset)" } ?? "message at \(place.offset)"
        return PictureFile(path: "\(path) (\(text))", message: image.data)
    }

    /// An open recording, with the chunk if there is one that has it.
    private func take(_ path: String, chunk: Int64) throws -> Entry {
        let identity = try Identity(path: path)
        let found = idle.withLock { idle -> Entry? in
            // One that was replaced is of no use any more.
            idle.removeAll { $0.path == path && $0.identity != identity }
            let place =
                idle.lastIndex { $0.path == path && $0.reader.keptChunk.map(Int64.init) == chunk }
                ?? idle.lastIndex { $0.path == path }
            return place.map { idle.remove(at: $0) }
        }
        return try found ?? Entry(path: path, identity: identity)
    }

    private func give(_ entry: Entry) {
        idle.withLock { idle in
            idle.append(entry)
            while idle.count > mostIdle || idle.count > 1 && Self.bytes(idle) > mostIdleBytes { idle.removeFirst() }
        }
    }

    private static func bytes(_ entries: [Entry]) -> Int { entries.reduce(0) { $0 + $1.reader.keptBytes } }
}
