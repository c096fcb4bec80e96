internal import Foundation
internal import Glibc

/// Reads one field of a table's rows that is an array of strings, which `NuScenesJSON` has no kind for.
///
/// The table is read a second time beside its scan, in windows that follow the rows: `TableScanner` has judged a row before it is looked at
/// here. Used by the one thread that scans.
final class TextListReader {
    /// How much is read at once, bytes; more where a row needs it.
    private static let windowBytes = 1 << 18

    private let file: String
    private let key: StaticString
    private let descriptor: Int32
    /// Bytes of the file from `windowStart` on.
    private var window: [UInt8] = []
    private var windowStart = 0

    /// Opens a table.
    ///
    /// - Throws: `DatasetError` where it cannot be opened.
    init(file: String, key: StaticString) throws(DatasetError) {
        self.file = file
        self.key = key
        descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            throw .problem(
                DatasetProblem(
                    code == ENOENT ? .missingTable : .unreadableFile,
                    file: file,
                    found: "cannot open the table: \(String(cString: strerror(code)))",
                    advice: "check that the dataset is complete and readable"
                )
            )
        }
    }

    deinit { close(descriptor) }

    /// The strings of the field in a row that is being scanned.
    ///
    /// - Throws: `DatasetError` where the row lacks the key, has it twice, or its value is no array of strings.
    func list(of row: TableRow) throws(DatasetError) -> [String] {
        guard let offset = Int(exactly: row.place.byteOffset) else {
            throw .problem(row.problem(.badNumber, found: "the row's offset is too large", advice: TableScanner.advice))
        }
        if offset < windowStart || offset >= windowStart + window.count {
            try refill(from: offset, count: Self.windowBytes, row)
        }
        var result = parse(at: offset)
        // A row that the window cuts off: once more from the row's start, then with ever larger windows.
        var count = Self.windowBytes
        while case .cutOff = result {
            guard count <= 2 * TableScanner.rowLimitBytes else { break }
            let before = (windowStart, window.count)
            try refill(from: offset, count: count, row)
            if before == (windowStart, window.count) { count *= 2 }
            result = parse(at: offset)
        }
        switch result {
        case .list(let texts): return texts
        case .absent:
            throw .problem(
                row.problem(.missingKey, found: "key \"\(key)\": the key is missing", advice: TableScanner.advice)
            )
        case .twice:
            throw .problem(
                row.problem(.duplicateKey, found: "key \"\(key)\": the key is there twice", advice: TableScanner.advice)
            )
        case .wrongType, .cutOff:
            throw .problem(
                row.problem(
                    .wrongType,
                    found: "key \"\(key)\": the value is not an array of strings",
                    advice: TableScanner.advice
                )
            )
        }
    }

    private func parse(at offset: Int) -> TextListParser.Result {
        window.withUnsafeBytes {
            TextListParser.list(of: key, in: UnsafeRawBufferPointer(rebasing: $0[(offset - windowStart)...]))
        }
    }

    private func refill(from offset: Int, count: Int, _ row: TableRow) throws(DatasetError) {
        var filled = 0
        if window.count < count { window = [UInt8](repeating: 0, count: count) }
        let capacity = window.count
        var code: Int32 = 0
        window.withUnsafeMutableBytes { bytes in
            while filled < capacity {
                let got = pread(descriptor, bytes.baseAddress! + filled, capacity - filled, off_t(offset + filled))
                if got == 0 { return }
                if got < 0 {
                    if errno == EINTR { continue }
                    code = errno
                    return
                }
                filled += got
            }
        }
        guard code == 0 else {
            throw .problem(
                row.problem(
                    .unreadableFile,
                    found: "the file could not be read: \(String(cString: strerror(code)))",
                    advice: "check the disk"
                )
            )
        }
        window.removeLast(capacity - filled)
        windowStart = offset
    }
}
