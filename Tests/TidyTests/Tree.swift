import Foundation
import TestSupport

/// Files by their paths from the project's root; a test may make up a few of its own.
struct Tree {
    var texts: [String: String]
    /// Every file, also those that are no text.
    var paths: Set<String>

    init(_ texts: [String: String]) {
        self.texts = texts
        paths = Set(texts.keys)
    }

    /// The project as it lies on disk, without what is built.
    static let project: Tree = {
        var tree = Tree([:])
        let parts = ["Sources", "Tests", "ops", "docs", "Fuzz", "Benchmarks", "Models", ".ci"]
        let files = ["Package.swift", "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
        for part in parts {
            let names = (try? FileManager.default.subpathsOfDirectory(atPath: Project.path(part))) ?? []
            for name in names where !name.contains("__pycache__") {
                tree.paths.insert("\(part)/\(name)")
            }
        }
        tree.paths.formUnion(files)
        var isFolder: ObjCBool = false
        tree.paths = tree.paths.filter {
            FileManager.default.fileExists(atPath: Project.path($0), isDirectory: &isFolder) && !isFolder.boolValue
        }
        for path in tree.paths where !path.hasPrefix("Fuzz/Corpus/") {
            // What is longer is data.
            guard let data = FileManager.default.contents(atPath: Project.path(path)), data.count < 400_000 else {
                continue
            }
            tree.texts[path] = String(data: data, encoding: .utf8)
        }
        return tree
    }()

    var manifest: Manifest { Manifest(texts["Package.swift"] ?? "") }

    /// The Swift files of a module, by the paths inside it.
    func sources(of module: Manifest.Module) -> [String: SwiftText] {
        var found: [String: SwiftText] = [:]
        for (path, text) in texts where path.hasPrefix(module.path + "/") && path.hasSuffix(".swift") {
            found[String(path.dropFirst(module.path.count + 1))] = SwiftText(text)
        }
        return found
    }

    /// Whether a file or a folder is there.
    func has(_ path: String) -> Bool { paths.contains(path) || paths.contains { $0.hasPrefix(path + "/") } }
}
