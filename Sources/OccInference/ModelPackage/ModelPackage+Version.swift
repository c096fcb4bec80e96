extension ModelPackage {
    /// Version of the package's format.
    public static let formatVersion = Int(PackageFormat.version)
}
