/// What is not yet as it should be.
///
/// These lists may only shrink: an entry that is mended has to go.
enum Known {
    /// Arrows inside one row of `Layers.rooms` and of the drawing in `docs/architecture.md`.
    static let sidewaysArrows: Set<Arrow> = [
        Arrow("ArrayFiles", "SystemSupport"), Arrow("MCAPFiles", "LZ4Frames"), Arrow("MCAPFiles", "SystemSupport"),
    ]

    /// Folders that use each other's types, by the folder they lie in.
    static let folderCycles: Set<String> = []

    /// Names that stand for one type in one module and for another in another.
    static let sharedNames: Set<String> = []

    /// Files that nothing names.
    static let unnamedFiles: Set<String> = []
}
