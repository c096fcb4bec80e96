internal import CZip

/// Writes zip archives in memory with libzip.
enum ZipWriter {
    /// Packs entries in their order, each dated 1 January 1980 as numpy does, so that equal content gives equal bytes.
    ///
    /// - Throws: `ArrayFileError` where libzip fails.
    static func archive(
        _ entries: [(name: String, content: [UInt8])],
        compression: NPZArchive.Compression
    ) throws -> [UInt8] {
        // libzip reads the contents when the archive is closed, and writes no file for an archive without entries.
        guard !entries.isEmpty else { return emptyArchive }
        var failure = zip_error_t()
        zip_error_init(&failure)
        defer { zip_error_fini(&failure) }
        guard let target = zip_source_buffer_create(nil, 0, 0, &failure) else { throw error(&failure) }
        zip_source_keep(target)
        defer { zip_source_free(target) }
        guard let raw = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &failure) else {
            zip_source_free(target)
            throw error(&failure)
        }
        var copies: [UnsafeMutableRawPointer] = []
        defer { copies.forEach { $0.deallocate() } }
        do {
            for entry in entries {
                let copy = UnsafeMutableRawPointer.allocate(byteCount: max(entry.content.count, 1), alignment: 16)
                copies.append(copy)
                entry.content.withUnsafeBytes { bytes in
                    if let base = bytes.baseAddress { copy.copyMemory(from: base, byteCount: bytes.count) }
                }
                try add(entry.name, UnsafeRawPointer(copy), entry.content.count, to: raw, compression)
            }
        } catch {
            zip_discard(raw)
            throw error
        }
        guard zip_close(raw) == 0 else {
            let reason = ArrayFileError(.library, source: "archive", String(cString: zip_strerror(raw)))
            zip_discard(raw)
            throw reason
        }
        return try content(of: target)
    }

    private static func add(
        _ name: String,
        _ bytes: UnsafeRawPointer,
        _ count: Int,
        to raw: OpaquePointer,
        _ compression: NPZArchive.Compression
    ) throws {
        guard let source = zip_source_buffer(raw, bytes, UInt64(count), 0) else { throw error(raw, name) }
        let index = zip_file_add(raw, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw error(raw, name)
        }
        let method: Int32
        let level: UInt32
        switch compression {
        case .stored: (method, level) = (ZIP_CM_STORE, 0)
        case .deflated(let wanted): (method, level) = (ZIP_CM_DEFLATE, UInt32(min(max(wanted, 1), 9)))
        }
        let firstDayOf1980: UInt16 = 1 << 5 | 1
        guard zip_set_file_compression(raw, UInt64(index), method, level) == 0,
            zip_file_set_dostime(raw, UInt64(index), 0, firstDayOf1980, 0) == 0
        else { throw error(raw, name) }
    }

    private static func content(of target: OpaquePointer) throws -> [UInt8] {
        var stat = zip_stat_t()
        zip_stat_init(&stat)
        guard zip_source_stat(target, &stat) == 0, zip_source_open(target) == 0 else {
            throw error(zip_source_error(target))
        }
        defer { zip_source_close(target) }
        var received = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(stat.size)) { buffer, initialized in
            while received < Int(stat.size) {
                let count = zip_source_read(target, buffer.baseAddress! + received, stat.size - UInt64(received))
                if count <= 0 { break }
                received += Int(count)
            }
            initialized = received
        }
        guard received == Int(stat.size) else { throw error(zip_source_error(target)) }
        return bytes
    }

    /// The end-of-directory record alone (PKWARE APPNOTE 4.3.16).
    private static let emptyArchive: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)

    private static func error(_ failure: UnsafeMutablePointer<zip_error_t>) -> ArrayFileError {
        ArrayFileError(.library, source: "archive", String(cString: zip_error_strerror(failure)))
    }

    private static func error(_ raw: OpaquePointer, _ name: String) -> ArrayFileError {
        ArrayFileError(.library, source: "archive[\(name)]", String(cString: zip_strerror(raw)))
    }
}
