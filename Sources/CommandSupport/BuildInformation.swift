/// What this program calls itself.
public enum BuildInformation {
    /// The version of both programs.
    public static let version = "0.2.0"
    /// Name and version, for files that say who wrote them.
    public static let software = "occ \(version)"
}
