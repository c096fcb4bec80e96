/// The rows of one statement, copied out of libpq.
public struct PostgresResult: Sendable {
    /// One column.
    struct Column: Sendable {
        var name: String
        var type: UInt32
    }

    /// Columns, shared by all rows.
    let columns: [Column]
    /// All cells' bytes, row by row.
    let storage: [UInt8]
    /// Where each cell lies in `storage`, row by row; nil for NULL.
    let cells: [Range<Int>?]
    /// What was being done, for errors.
    let operation: String

    /// The number of rows.
    public let count: Int
    /// Rows changed or returned, as the server counts them.
    public let affectedRows: Int

    /// The rows in order.
    public var rows: [PostgresRow] { (0..<count).map { PostgresRow(result: self, index: $0) } }

    /// The first row, nil if there is none.
    public var first: PostgresRow? { count > 0 ? PostgresRow(result: self, index: 0) : nil }

    /// The only row.
    ///
    /// - Throws: `PostgresError` of kind `decoding` if there are none or several.
    public func single() throws(PostgresError) -> PostgresRow {
        guard count == 1, let first else {
            throw PostgresError(
                .decoding,
                operation: operation,
                message: "one row was expected, the server returned \(count)"
            )
        }
        return first
    }
}
