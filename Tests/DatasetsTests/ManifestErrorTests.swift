import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Wrong manifests and what is said of them.
@Suite("Wrong manifests") struct ManifestErrorTests {
    /// The messages by the names of the cases: a name a line, its message indented below.
    private static let goldens: [String: String] = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Goldens/manifest-errors.txt"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        var found: [String: String] = [:]
        var name = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("  ") {
                found[name, default: ""] += (found[name] == nil ? "" : "\n") + line.dropFirst(2)
            } else {
                name = String(line)
            }
        }
        return found
    }()

    /// What is said of a manifest, its folder called DIR; nil where nothing is.
    private func message(_ wrong: ManifestErrorCase) throws -> String? {
        let folder = try TemporaryFolder()
        var text = ManifestText()
        wrong.bend(&text)
        do {
            _ = try text.open(in: folder).resolve(split: nil, options: ResolutionOptions(imageCheck: wrong.imageCheck))
            return nil
        } catch let error as DatasetError {
            // One problem is enough of each: the first.
            return error.problems.first?.description.replacing(folder.path, with: "DIR")
        }
    }

    @Test("Each is refused, and the message is the one that was agreed upon", arguments: ManifestErrorCase.all)
    func messages(wrong: ManifestErrorCase) throws {
        let message = try #require(try message(wrong), "nothing is found wrong")
        if let path = ProcessInfo.processInfo.environment["OCC_MANIFEST_MESSAGES"] {
            // For new cases: the messages of all, to be read before they become the golden file.
            let handle = fopen(path, "a")
            fputs("\(wrong.name)\n  \(message.replacing("\n", with: "\n  "))\n", handle)
            fclose(handle)
        }
        #expect(message == Self.goldens[wrong.name])
        #expect(message.hasPrefix("DIR/van.occ.jsonl") || message.hasPrefix("scene "))
        #expect(message.contains("; "), "a message says what to do")
    }

    @Test("Every golden message has its case, and there are at least 40") func goldens() {
        let names = ManifestErrorCase.all.map(\.name)
        #expect(Set(names).count == names.count && names.count >= 40)
        #expect(Set(Self.goldens.keys) == Set(names))
    }
}
