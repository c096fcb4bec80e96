internal import CZip

/// A zip archive in memory, read with libzip.
final class ZipReader {
    /// What the archive's directory says of one entry.
    struct Entry {
        let index: Int
        let name: String
        let byteCount: Int
    }

    private let raw: OpaquePointer
    private let source: String
    private let archiveByteCount: Int

    /// Opens an archive; the buffer must stay valid as long as this object.
    ///
    /// - Throws: `ArrayFileError` where it is not a zip archive.
    init(_ bytes: UnsafeRawBufferPointer, source: String) throws {
        self.source = source
        self.archiveByteCount = bytes.count
        // libzip takes no bytes at all for an archive without entries.
        guard bytes.count >= 22 else {
            throw ArrayFileError(.truncated, source: source, "\(bytes.count) bytes are too few for a zip archive")
        }
        var failure = zip_error_t()
        zip_error_init(&failure)
        defer { zip_error_fini(&failure) }
        guard let buffer = zip_source_buffer_create(bytes.baseAddress, UInt64(bytes.count), 0, &failure) else {
            throw ArrayFileError(.library, source: source, String(cString: zip_error_strerror(&failure)))
        }
        guard let raw = zip_open_from_source(buffer, ZIP_RDONLY | ZIP_CHECKCONS, &failure) else {
            zip_source_free(buffer)
            throw ArrayFileError(
                .malformed,
                source: source,
                "not a whole zip archive: \(String(cString: zip_error_strerror(&failure)))"
            )
        }
        self.raw = raw
    }

    deinit {
        zip_discard(raw)
    }

    /// Number of entries.
    var entryCount: Int { max(0, Int(zip_get_num_entries(raw, 0))) }

    /// Looks up an entry.
    ///
    /// - Throws: `ArrayFileError` where the directory does not tell its name or size, or its sizes contradict each other.
    func entry(_ index: Int) throws -> Entry {
        var stat = zip_stat_t()
        zip_stat_init(&stat)
        guard zip_stat_index(raw, UInt64(index), 0, &stat) == 0, let name = stat.name,
            stat.valid & UInt64(ZIP_STAT_SIZE) != 0, stat.valid & UInt64(ZIP_STAT_COMP_SIZE) != 0
        else { throw failure("the directory entry \(index) cannot be read") }
        let label = String(cString: name)
        guard let byteCount = Int(exactly: stat.size), let storedCount = Int(exactly: stat.comp_size),
            storedCount <= archiveByteCount
        else {
            throw ArrayFileError(.malformed, source: "\(source)[\(label)]", "its sizes do not fit the archive")
        }
        // Deflate shrinks by 1,032 at most (RFC 1951), so a larger promise is a lie; it must not become an allocation.
        guard byteCount / 1100 <= storedCount else {
            throw ArrayFileError(
                .malformed,
                source: "\(source)[\(label)]",
                "\(storedCount) compressed bytes cannot become \(byteCount)"
            )
        }
        return Entry(index: index, name: label, byteCount: byteCount)
    }

    /// Reads an entry whole and verifies its checksum.
    ///
    /// - Throws: `ArrayFileError` where it is shorter or longer than its directory entry says, or damaged.
    func content(of entry: Entry, source entrySource: String) throws -> [UInt8] {
        guard let file = zip_fopen_index(raw, UInt64(entry.index), 0) else {
            throw ArrayFileError(.malformed, source: entrySource, failure("cannot be opened").detail)
        }
        defer { zip_fclose(file) }
        var received = 0
        let content = [UInt8](unsafeUninitializedCapacity: entry.byteCount) { buffer, initialized in
            while received < entry.byteCount {
                let count = zip_fread(file, buffer.baseAddress! + received, UInt64(entry.byteCount - received))
                if count <= 0 { break }
                received += Int(count)
            }
            initialized = received
        }
        // One more read reaches the end, where libzip compares the checksum.
        var extra: UInt8 = 0
        let rest = zip_fread(file, &extra, 1)
        guard received == entry.byteCount, rest == 0 else {
            let reason = String(cString: zip_file_strerror(file))
            throw ArrayFileError(
                rest == 0 ? .truncated : .malformed,
                source: entrySource,
                "\(received) of \(entry.byteCount) bytes could be unpacked: \(reason)"
            )
        }
        return content
    }

    private func failure(_ what: String) -> ArrayFileError {
        ArrayFileError(.malformed, source: source, "\(what): \(String(cString: zip_strerror(raw)))")
    }
}
