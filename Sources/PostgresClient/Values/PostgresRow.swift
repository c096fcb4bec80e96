/// One row of a result; cells are read by column name and typed.
public struct PostgresRow: Sendable {
    let result: PostgresResult
    let index: Int

    /// Reads a column that must not be NULL.
    ///
    /// - Throws: `PostgresError` of kind `decoding` naming the column, for a missing column, a NULL, or another type.
    public func get<T: PostgresDecodable>(_ column: String, as type: T.Type = T.self) throws(PostgresError) -> T {
        guard let value = try optional(column, as: type) else {
            throw failure(column, "is NULL where a \(type) was expected")
        }
        return value
    }

    /// Reads a column that may be NULL.
    ///
    /// - Throws: `PostgresError` of kind `decoding` naming the column, for a missing column or another type.
    public func optional<T: PostgresDecodable>(
        _ column: String,
        as type: T.Type = T.self
    ) throws(PostgresError) -> T? {
        guard let cell = try cell(column) else { return nil }
        guard let value = T(postgresBytes: cell.bytes, type: cell.type) else {
            throw failure(column, "(type OID \(cell.type), \(cell.bytes.count) bytes) cannot be read as \(type)")
        }
        return value
    }

    /// Reads an `int8[]`; NULL is the empty array.
    ///
    /// - Throws: `PostgresError` of kind `decoding` naming the column.
    public func integers(_ column: String) throws(PostgresError) -> [Int64] {
        guard let cell = try cell(column) else { return [] }
        guard let values = [Int64](postgresArray: cell.bytes, type: cell.type) else {
            throw failure(column, "(type OID \(cell.type)) cannot be read as an array of int8")
        }
        return values
    }

    private func cell(_ column: String) throws(PostgresError) -> (bytes: ArraySlice<UInt8>, type: UInt32)? {
        guard let position = result.columns.firstIndex(where: { $0.name == column }) else {
            throw failure(column, "does not exist; the columns are \(result.columns.map(\.name))")
        }
        guard let range = result.cells[index * result.columns.count + position] else { return nil }
        return (result.storage[range], result.columns[position].type)
    }

    private func failure(_ column: String, _ text: String) -> PostgresError {
        PostgresError(
            .decoding,
            operation: result.operation,
            message: "column \"\(column)\" of row \(index) \(text)"
        )
    }
}
