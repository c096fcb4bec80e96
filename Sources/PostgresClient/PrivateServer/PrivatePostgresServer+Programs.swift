extension PrivatePostgresServer {
    /// The folder of the PostgreSQL programs that a new private server would use.
    ///
    /// - Throws: `PostgresError` of kind `privateServer` with the line that installs them.
    public static func findPrograms() throws -> String {
        try PostgresBinaries.find(majorVersion: nil).directory
    }
}
