/// What was seen of an output folder, and of the process that looked.
struct OutputFolderFacts {
    /// A folder's owner, group and mode.
    struct Place {
        var path: String
        var group: UInt32
        /// Permission bits, setuid, setgid and sticky included.
        var mode: UInt32
        /// Whether this process may make files in it.
        var isWritable = true
    }

    /// The output folder.
    var folder: Place
    /// `runs`, each run's folder and its folder of partial files, as far as they exist.
    var inside: [Place] = []
    /// Names of owner and group, for people.
    var owner: String
    var group: String
    /// The process's user, for people, and whether that is root.
    var user: String
    var isRoot = false
    /// The process's umask.
    var umask: UInt32
    /// Bytes that this user may still write; nil where the system does not tell.
    var freeBytes: Int64?
    /// Files that may still be made; nil where the file system does not count them.
    var freeFiles: Int64?
}

/// One line of `doctor`.
struct DoctorFinding: Equatable {
    enum Level: String {
        case good = "ok     "
        case note = "note   "
        case failed = "FAILED "
    }

    let level: Level
    let text: String
}

extension OutputFolderFacts {
    /// Less room than this stops workers at once.
    static let leastFreeBytes: Int64 = 64 << 20
    /// Less room than this does not last long: a scene takes some megabytes, a private database 100 MB and more.
    static let scarceFreeBytes: Int64 = 2 << 30

    /// What is right, worth knowing and wrong with the folder, judged by these facts alone.
    var findings: [DoctorFinding] {
        let trouble = room + sharing + runs
        var findings: [DoctorFinding] = []
        if !trouble.contains(where: { $0.level == .failed }) {
            findings.append(DoctorFinding(level: .good, text: "\(folder.path) can be written, \(freeText)"))
        }
        findings.append(
            DoctorFinding(
                level: .note,
                text:
                    "it belongs to \(owner):\(group), mode \(Self.octal(folder.mode)); this process: user \(user), umask"
                    + " \(Self.octal(umask))"
            )
        )
        if isRoot {
            findings.append(
                DoctorFinding(
                    level: .note,
                    text: "root may write anywhere, so this tells nothing about the workers: repeat it as their user"
                )
            )
        }
        return findings + trouble
    }

    private var freeText: String { freeBytes.map { "\($0 >> 20) MiB free" } ?? "free space unknown" }

    private var room: [DoctorFinding] {
        if let freeFiles, freeFiles < 16 {
            return [.init(level: .failed, text: "only \(freeFiles) more files can be made there (inodes); remove some")]
        }
        guard let freeBytes else { return [] }
        if freeBytes < Self.leastFreeBytes {
            return [.init(level: .failed, text: "the disk is full: \(freeText) at \(folder.path); free some space")]
        }
        return freeBytes < Self.scarceFreeBytes ? [.init(level: .note, text: "only \(freeText)")] : []
    }

    private var isShared: Bool { folder.mode & 0o020 != 0 }

    private var sharing: [DoctorFinding] {
        if folder.mode & 0o002 != 0 {
            return [
                .init(
                    level: .note,
                    text:
                        "every user of the host can write there; for some of them, give it a group: docs/security.md, \"The output"
                        + " folder for several users\""
                )
            ]
        }
        guard isShared else {
            return [
                .init(
                    level: .note,
                    text:
                        "only \(owner) can write there, so scheduler and workers must run as \(owner); for several users see"
                        + " docs/security.md, \"The output folder for several users\""
                )
            ]
        }
        var findings: [DoctorFinding] = []
        if folder.mode & 0o2000 == 0 {
            findings.append(
                .init(
                    level: .failed,
                    text:
                        "group \(group) can write there, but without the setgid bit what one user makes belongs to that user's own"
                        + " group, and the others cannot write it: chmod g+s '\(folder.path)'"
                )
            )
        }
        if folder.mode & 0o1000 != 0 {
            findings.append(
                .init(
                    level: .failed,
                    text:
                        "its sticky bit lets nobody replace another user's files, as run.json must be: chmod -t '\(folder.path)'"
                )
            )
        }
        if umask & 0o020 != 0 {
            findings.append(
                .init(
                    level: .failed,
                    text:
                        "group \(group) can write there, but umask \(Self.octal(umask)) takes that from the folders that are made"
                        + " in it: set umask 0002 for the scheduler and every worker (systemd: UMask=0002)"
                )
            )
        }
        return findings
    }

    /// Folders of runs that were made before the sharing was set up, or by a process with another umask.
    private var runs: [DoctorFinding] {
        if let shut = inside.first(where: { !$0.isWritable }) {
            return [.init(level: .failed, text: "user \(user) cannot write in \(Self.text(shut)); \(mending)")]
        }
        guard isShared, folder.mode & 0o002 == 0 else { return [] }
        let wrong = inside.filter { $0.group != folder.group || $0.mode & 0o020 == 0 || $0.mode & 0o1000 != 0 }
        guard let first = wrong.first else { return [] }
        return [
            .init(
                level: .failed,
                text:
                    "\(wrong.count) of \(inside.count) folders in it cannot be written by group \(group): \(Self.text(first))"
                    + "; \(mending)"
            )
        ]
    }

    private var mending: String {
        "mend them as root: chgrp -R \(group) '\(folder.path)' && chmod -R g+rwX '\(folder.path)' && find '\(folder.path)' -type d -not"
            + " -path '*/.postgres*' -exec chmod g+s {} +"
    }

    private static func text(_ place: Place) -> String { "'\(place.path)' (mode \(octal(place.mode)))" }

    static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
