/// Names and paths from tables, judged before they become names and paths on disk.
public enum PlainName {
    /// Whether text can be one component of a path: 1 to 200 bytes, no slash, no control character, not `.` or `..`.
    public static func isUsable(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...200).contains(bytes.count), text != ".", text != ".." else { return false }
        return bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
    }

    /// What is wrong with a path that must stay below the dataset's root, or nil.
    public static func flaw(ofRelativePath path: String) -> String? {
        if path.isEmpty { return "the path is empty" }
        if path.utf8.count > 4_000 { return "the path is longer than 4000 bytes" }
        if path.utf8.first == UInt8(ascii: "/") { return "the path is absolute" }
        if path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "the path has a control character" }
        let leaves = path.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
        return leaves ? "the path has a \"..\" component, which could leave the dataset's root" : nil
    }
}
