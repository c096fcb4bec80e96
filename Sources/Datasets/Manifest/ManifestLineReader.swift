internal import Glibc
internal import NuScenesJSON

/// What a file was when it was opened, by which a change is noticed.
struct FileStamp: Equatable {
    let device: UInt64
    let inode: UInt64
    let bytes: Int64
    let changed_s: Int
    let changed_ns: Int

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        bytes = Int64(status.st_size)
        changed_s = status.st_mtim.tv_sec
        changed_ns = status.st_mtim.tv_nsec
    }
}

/// Reads a manifest line by line, in a window that grows to the longest line, from any line on.
///
/// Used by one thread at a time.
final class ManifestLineReader {
    /// The longest line that is read, bytes.
    static let lineLimitBytes = 4 << 20
    private static let windowBytes = 1 << 18

    /// The manifest's path.
    let file: String
    /// What the file is.
    let stamp: FileStamp
    private let descriptor: Int32
    private let parser: OpaquePointer
    private let padding = jsl_padding()
    private var window: UnsafeMutableRawPointer
    private var capacity: Int
    /// What was read and not yet used.
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    /// Offset in the file of the byte at `start`, and the number of the line that begins there.
    private var offset: UInt64
    private var number: Int

    /// Opens a manifest.
    ///
    /// - Parameters:
    ///   - offset: where to begin, the first byte of a line.
    ///   - line: the number of that line, from 1.
    /// - Throws: `DatasetProblem` where there is no such file or it may not be read.
    init(_ file: String, from offset: UInt64 = 0, line: Int = 1) throws(DatasetProblem) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        let code = errno
        guard descriptor >= 0 else {
            throw DatasetProblem(
                code == ENOENT || code == ENOTDIR ? .missingTable : .unreadableFile,
                file: file,
                found: "cannot open the manifest: \(String(cString: strerror(code)))",
                advice: "check the path, and who may read it"
            )
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw DatasetProblem(
                .unreadableFile,
                file: file,
                found: "the manifest is no regular file",
                advice: "name a file NAME.occ.jsonl; it is read more than once, so a pipe will not do"
            )
        }
        guard let parser = jsl_parser_new() else {
            close(descriptor)
            throw DatasetProblem(.unreadableFile, file: file, found: "memory ran out", advice: "free some memory")
        }
        self.file = file
        self.descriptor = descriptor
        self.parser = parser
        self.offset = offset
        number = line
        stamp = FileStamp(status)
        capacity = Self.windowBytes
        window = .allocate(byteCount: capacity + padding, alignment: 64)
        window.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + padding)
        lseek(descriptor, off_t(offset), SEEK_SET)
        posix_fadvise(descriptor, off_t(offset), 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit {
        close(descriptor)
        jsl_parser_free(parser)
        window.deallocate()
    }

    /// The next line that is not empty; nil at the end of the file.
    ///
    /// - Throws: `DatasetProblem` for a line that is too long, no JSON, or no object, and for a file that cannot be read.
    func next() throws(DatasetProblem) -> ManifestLine? {
        while let (text, terminator) = try line() {
            let first = offset
            let place = number
            start += text.count + terminator
            offset += UInt64(text.count + terminator)
            number += 1
            if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            return try parse(text, number: place, bytes: first..<offset)
        }
        return nil
    }

    private func parse(
        _ text: UnsafeRawBufferPointer,
        number: Int,
        bytes: Range<UInt64>
    ) throws(DatasetProblem) -> ManifestLine {
        func refused(_ found: String, _ advice: String, kind: DatasetProblem.Kind = .brokenManifest) -> DatasetProblem {
            DatasetProblem(kind, file: file, line: number, found: found, advice: advice)
        }
        if number == 1 {
            if text.starts(with: [0xEF, 0xBB, 0xBF]) {
                throw refused("the file starts with a UTF-8 byte-order mark (EF BB BF)", "save it as UTF-8 without one")
            }
            if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
                throw refused("the file starts with a UTF-16 byte-order mark", "save it as UTF-8 without one")
            }
        }
        var found: UnsafePointer<CChar>?
        let status = jsl_parse(parser, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, &found)
        guard status == JSL_OK else {
            throw refused(
                (found.map { String(cString: $0) } ?? "the line is not JSON") + Self.hint(text),
                "write one JSON object a line",
                kind: status == JSL_BAD_NUMBER ? .badNumber : .brokenManifest
            )
        }
        var count = 0
        let values = UnsafeBufferPointer(start: jsl_values(parser, &count), count: count)
        let line = ManifestLine(reader: self, file: file, number: number, bytes: bytes, values: values)
        guard values.first?.kind == JSL_OBJECT else {
            throw line.problem(
                .brokenManifest,
                found: "the line is \(line.shown(0).prefix(80)), not an object",
                advice: "write one JSON object a line; a manifest is no list"
            )
        }
        return line
    }

    /// What may be the matter with a line that is not JSON.
    private static func hint(_ text: UnsafeRawBufferPointer) -> String {
        let ends = (text.first, text.last { $0 != 0x20 && $0 != 0x0D })
        if ends.0 == UInt8(ascii: "{"), ends.1 != UInt8(ascii: "}") { return " (the object does not end on its line)" }
        let words = String(decoding: text.prefix(1 << 16), as: UTF8.self)
        return words.contains("NaN") || words.contains("Infinity") ? " (NaN or Infinity, which JSON has not?)" : ""
    }

    /// The next line's bytes in the window, and the length of what ends it; nil at the end of the file.
    private func line() throws(DatasetProblem) -> (UnsafeRawBufferPointer, Int)? {
        var looked = 0
        while true {
            let from = window + start + looked
            if let newline = memchr(from, 0x0A, end - start - looked) {
                let length = newline - (window + start)
                guard length <= Self.lineLimitBytes else { throw tooLong() }
                return (UnsafeRawBufferPointer(start: window + start, count: length), 1)
            }
            looked = end - start
            if isAtEnd { return looked == 0 ? nil : (UnsafeRawBufferPointer(start: window + start, count: looked), 0) }
            guard looked <= Self.lineLimitBytes else { throw tooLong() }
            try refill()
        }
    }

    private func tooLong() -> DatasetProblem {
        DatasetProblem(
            .brokenManifest,
            file: file,
            line: number,
            found: "the line is longer than \(Self.lineLimitBytes) bytes",
            advice: "write one object a line, each on one line"
        )
    }

    private func refill() throws(DatasetProblem) {
        memmove(window, window + start, end - start)
        end -= start
        start = 0
        if end == capacity {
            let larger = UnsafeMutableRawPointer.allocate(byteCount: 2 * capacity + padding, alignment: 64)
            larger.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * capacity + padding)
            larger.copyMemory(from: window, byteCount: end)
            window.deallocate()
            window = larger
            capacity *= 2
        }
        while true {
            let got = read(descriptor, window + end, capacity - end)
            if got > 0 { end += got }
            if got == 0 { isAtEnd = true }
            if got >= 0 { return }
            let code = errno
            guard code == EINTR else {
                throw DatasetProblem(
                    .unreadableFile,
                    file: file,
                    found: "the file could not be read: \(String(cString: strerror(code)))",
                    advice: "check the disk"
                )
            }
        }
    }
}
