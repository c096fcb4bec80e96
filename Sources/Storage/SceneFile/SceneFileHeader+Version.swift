extension SceneFileHeader {
    /// Version of the scene file's format.
    public static let formatVersion = SceneFileLimits.version
}
