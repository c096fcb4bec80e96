internal import Glibc

/// Says of a path that this process may not use who may: the outermost part of it that bars the way.
public enum AccessAdvice {
    /// "'/results/runs' belongs to anna:perception, mode 0750, and this process runs as ben:users"; nil where nothing can be told.
    public static func text(for path: String) -> String? {
        guard let place = barrier(on: path) else { return nil }
        return
            "'\(place.path)' belongs to \(userName(place.status.st_uid)):\(groupName(place.status.st_gid)), mode \(mode(place.status)),"
            + " and this process runs as \(userName(geteuid())):\(groupName(getegid()))"
    }

    /// The first folder on the way that may not be entered, else the last part that can be looked at.
    private static func barrier(on path: String) -> (path: String, status: stat)? {
        var found: (path: String, status: stat)?
        for place in ancestors(of: path) {
            var status = stat()
            guard stat(place, &status) == 0 else { break }
            found = (place, status)
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            if isFolder && faccessat(AT_FDCWD, place, X_OK, AT_EACCESS) != 0 { break }
        }
        return found
    }

    /// "/", "/a", "/a/b" of "/a/b"; ".", "a", "a/b" of "a/b".
    private static func ancestors(of path: String) -> [String] {
        var places = [path.hasPrefix("/") ? "/" : "."]
        var place = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            place += (place.isEmpty || place.hasSuffix("/") ? "" : "/") + part
            places.append(place)
        }
        return places
    }

    /// The permission bits, octal, of four digits.
    static func mode(_ status: stat) -> String {
        let digits = String(status.st_mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// An account's name, or its number where it has none.
    public static func userName(_ id: UInt32) -> String {
        var account = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: entryBytes) { buffer in
            getpwuid_r(id, &account, buffer.baseAddress!, buffer.count, &found) == 0 && found != nil
                ? account.pw_name.map { String(cString: $0) } ?? "\(id)" : "\(id)"
        }
    }

    /// A group's name, or its number where it has none.
    public static func groupName(_ id: UInt32) -> String {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: entryBytes) { buffer in
            getgrgid_r(id, &entry, buffer.baseAddress!, buffer.count, &found) == 0 && found != nil
                ? entry.gr_name.map { String(cString: $0) } ?? "\(id)" : "\(id)"
        }
    }

    /// A group of hundreds of members needs as much; one that needs more is given by its number.
    private static let entryBytes = 1 << 16
}
