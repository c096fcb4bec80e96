/// The tokens of a table, each with the index of what it stands for.
struct TokenIndex {
    private var indices: [TokenKey: Int] = [:]

    /// Adds a row's token (field 0) with an index.
    ///
    /// - Throws: `DatasetError` of kind `duplicateToken` when an earlier row has the token.
    mutating func insert(_ row: TableRow, index: Int) throws(DatasetError) {
        let key = row.token(0)
        guard indices.updateValue(index, forKey: key) == nil else {
            throw .problem(
                row.problem(.duplicateToken, found: "an earlier row has the same token", advice: TableScanner.advice)
            )
        }
    }

    /// The index that a token stands for, or nil.
    subscript(_ key: TokenKey) -> Int? { indices[key] }
}
