internal import Glibc
internal import NuScenesJSON

/// Reads a table row by row, in windows: neither its rows nor its bytes pile up in memory.
enum TableScanner {
    /// How much of a table is read at once, bytes.
    static let windowBytes = 1 << 20
    /// The longest row that is read, bytes.
    static let rowLimitBytes = 16 << 20
    /// What to do about a broken table.
    static let advice = "the table is damaged or not in the nuScenes schema: download or export it again"

    /// Reads every row of a table.
    ///
    /// - Parameters:
    ///   - file: the table's path.
    ///   - fields: the keys wanted; the first must be the row's token.
    ///   - take: receives each row in the file's order; what it throws ends the reading.
    /// - Throws: `DatasetError` naming file, row, byte and key.
    static func scan(
        _ file: String,
        fields: [TableField],
        take: @escaping (TableRow) throws(DatasetError) -> Void
    ) throws(DatasetError) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
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
        defer { close(descriptor) }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        let context = ScanContext(file: file, fields: fields, descriptor: descriptor, take: take)
        let wanted = fields.map { field in
            nsj_field(
                name: UnsafeRawPointer(field.name.utf8Start).assumingMemoryBound(to: CChar.self),
                name_length: field.name.utf8CodeUnitCount,
                kind: field.kind,
                optional: field.optional ? 1 : 0
            )
        }
        var error = nsj_error()
        let status = withExtendedLifetime(context) {
            let pointer = Unmanaged.passUnretained(context).toOpaque()
            return nsj_scan(
                { ScanContext.at($0).read($1, $2) },
                pointer,
                wanted,
                wanted.count,
                { ScanContext.at($0).receive($1) },
                pointer,
                windowBytes,
                rowLimitBytes,
                &error
            )
        }
        if let thrown = context.thrown { throw thrown }
        if status != NSJ_OK { throw .problem(problem(error, fields: fields, file: file, readCode: context.readCode)) }
    }

    private static func problem(
        _ error: nsj_error,
        fields: [TableField],
        file: String,
        readCode: Int32
    ) -> DatasetProblem {
        let kind: DatasetProblem.Kind
        switch error.status {
        case NSJ_READ_FAILED, NSJ_NO_MEMORY: kind = .unreadableFile
        case NSJ_TRUNCATED: kind = .truncatedTable
        case NSJ_MISSING_FIELD: kind = .missingKey
        case NSJ_DUPLICATE_FIELD: kind = .duplicateKey
        case NSJ_WRONG_TYPE: kind = .wrongType
        case NSJ_BAD_NUMBER: kind = .badNumber
        default: kind = .brokenTable
        }
        var found = String(cString: error.found)
        if error.status == NSJ_READ_FAILED { found += ": \(String(cString: strerror(readCode)))" }
        if error.field >= 0, Int(error.field) < fields.count {
            found = "key \"\(fields[Int(error.field)].name)\": \(found)"
        }
        return DatasetProblem(
            kind,
            file: file,
            row: Int(error.row),
            byteOffset: error.offset,
            found: found,
            advice: advice
        )
    }
}

/// What the two C callbacks of a scan share; used by one thread, and alive for as long as the scan.
private final class ScanContext {
    let file: String
    let fields: [TableField]
    let descriptor: Int32
    let take: (TableRow) throws(DatasetError) -> Void
    /// What `take` threw.
    var thrown: DatasetError?
    /// The error number of a failed read.
    var readCode: Int32 = 0

    init(
        file: String,
        fields: [TableField],
        descriptor: Int32,
        take: @escaping (TableRow) throws(DatasetError) -> Void
    ) {
        self.file = file
        self.fields = fields
        self.descriptor = descriptor
        self.take = take
    }

    static func at(_ pointer: UnsafeMutableRawPointer?) -> ScanContext {
        Unmanaged<ScanContext>.fromOpaque(pointer!).takeUnretainedValue()
    }

    func read(_ buffer: UnsafeMutableRawPointer?, _ capacity: Int) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer, capacity)
            if count >= 0 { return count }
            if errno != EINTR {
                readCode = errno
                return -1
            }
        }
    }

    func receive(_ row: UnsafePointer<nsj_row>?) -> Int32 {
        do {
            try take(TableRow(file: file, fields: fields, raw: row!))
            return 0
        } catch {
            thrown = error
            return 1
        }
    }
}
