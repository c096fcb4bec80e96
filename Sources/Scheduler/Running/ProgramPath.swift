internal import Foundation
internal import SystemSupport

/// Where the programs of this project are.
enum ProgramPath {
    /// The path of a program that is installed beside this one, else its bare name for the search path.
    static func sibling(_ name: String) -> String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let beside = (own as NSString).deletingLastPathComponent + "/" + name
        if Folders.presence(of: beside) == .present { return beside }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { Folders.presence(of: $0) == .present } ?? beside
    }
}
