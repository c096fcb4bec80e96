internal import Foundation
internal import Reporting
internal import SystemSupport

/// Where the files of a report lie beneath its folder.
struct ReportSite {
    /// The part of paths that stands for a scene.
    private let folders: [String: String]

    /// Names the folders of scenes: by their names where these can stand in a path, else by number.
    init(scenes: [String]) {
        var folders: [String: String] = [:]
        for (index, name) in scenes.enumerated() {
            let isPlain = name.utf8.count <= 120 && !name.hasPrefix(".") && name.utf8.allSatisfy(Self.isPlain)
            folders[name] = isPlain && !name.isEmpty ? name : "~\(index)"
        }
        self.folders = folders
    }

    /// The parts of a file's path.
    struct Place: Equatable {
        let parts: [String]

        /// The path beneath the report's folder.
        var path: String { parts.joined(separator: "/") }

        /// The address on a page that lies some folders deep.
        func address(fromDepth depth: Int) -> HTML { HTML.path([String](repeating: "..", count: depth) + parts) }
    }

    static let overview = Place(parts: ["index.html"])

    func page(_ scene: String) -> Place { Place(parts: ["scenes", folder(scene) + ".html"]) }
    func film(_ scene: String) -> Place { Place(parts: ["pictures", folder(scene), "film.webp"]) }
    func still(_ scene: String, _ index: Int) -> Place {
        Place(parts: ["pictures", folder(scene), number(index) + ".webp"])
    }
    func small(_ scene: String, _ index: Int) -> Place {
        Place(parts: ["pictures", folder(scene), number(index) + "-small.webp"])
    }

    private func folder(_ scene: String) -> String { folders[scene] ?? "~" }
    private func number(_ index: Int) -> String { String(format: "%04d", index) }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
