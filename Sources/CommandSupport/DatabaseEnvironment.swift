internal import SystemSupport

/// The database's address as the environment gives it: in a variable, or in a file that another variable names.
///
/// Secrets of Kubernetes and of batch systems are files; a file's rights keep it from others, and no record of a job shows it.
public enum DatabaseEnvironment {
    /// Holds the address itself.
    public static let variable = "OCC_DATABASE_URL"
    /// Names a file that holds it.
    public static let fileVariable = "OCC_DATABASE_URL_FILE"

    /// No address is longer; a file that is was named by mistake.
    private static let longestAddress_bytes = 65_536

    /// An address and which variable it comes from.
    struct Address: Equatable {
        let text: String
        let source: DatabaseChoice.Source
    }

    /// Whether either variable has a value.
    static func isGiven(in environment: [String: String]) -> Bool {
        [variable, fileVariable].contains { !(environment[$0] ?? "").isEmpty }
    }

    /// The address, without blanks and line breaks around it, with which files and secrets often end; nil where none is given.
    ///
    /// - Throws: `CommandFailure` where both variables have a value, and for a file that holds no address; `FileError` for one that cannot
    ///   be read. No error holds anything of the file.
    static func address(in environment: [String: String]) throws -> Address? {
        let direct = trimmed(environment[variable] ?? "")
        guard let path = environment[fileVariable], !path.isEmpty else {
            return direct.isEmpty ? nil : Address(text: direct, source: .environment)
        }
        guard direct.isEmpty else {
            throw CommandFailure(
                .configuration,
                "\(variable) and \(fileVariable) are both set: unset the one that is not meant"
            )
        }
        return Address(text: try read(path), source: .environmentFile)
    }

    private static func read(_ path: String) throws -> String {
        func refused(_ found: String) -> CommandFailure {
            CommandFailure(
                .configuration,
                "the file that \(fileVariable) names, '\(path)', \(found); it holds one address: postgresql://user:password@host/db"
            )
        }
        let file = try MappedFile(path: path)
        guard file.count <= longestAddress_bytes else { throw refused("has \(file.count) bytes") }
        guard let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
            throw refused("is no UTF-8 text")
        }
        let address = trimmed(text)
        guard !address.isEmpty else { throw refused("is empty") }
        guard !address.utf8.contains(where: { $0 < 0x20 }) else { throw refused("has more than one line") }
        return address
    }

    private static func trimmed(_ text: String) -> String {
        let rest = text.drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }
}
