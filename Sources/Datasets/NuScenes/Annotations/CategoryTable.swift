/// `category.json` and `instance.json`: what each annotated thing is.
struct CategoryTable {
    /// Names of the categories.
    private(set) var names: [String] = []
    /// Indices of `names` by token of the instance.
    private var categoryOfInstance = TokenIndex()

    /// Index of the category of an instance, or nil.
    subscript(instance instance: TokenKey) -> Int? { categoryOfInstance[instance] }

    /// Reads both tables of a folder.
    ///
    /// - Throws: `DatasetError` for a broken table, a duplicate token, or a category that does not exist.
    static func read(folder: String) throws(DatasetError) -> CategoryTable {
        var table = CategoryTable()
        var categories = TokenIndex()
        try TableScanner.scan(
            "\(folder)/category.json",
            fields: [.text("token"), .text("name")]
        ) { (row) throws(DatasetError) in
            try categories.insert(row, index: table.names.count)
            table.names.append(row.text(1))
        }
        try TableScanner.scan(
            "\(folder)/instance.json",
            fields: [.text("token"), .text("category_token")]
        ) { (row) throws(DatasetError) in
            guard let category = categories[row.token(1)] else {
                throw .problem(
                    row.problem(
                        .danglingToken,
                        field: 1,
                        found: "category_token \"\(row.text(1))\" is not in category.json",
                        advice: TableScanner.advice
                    )
                )
            }
            try table.categoryOfInstance.insert(row, index: category)
        }
        return table
    }
}
