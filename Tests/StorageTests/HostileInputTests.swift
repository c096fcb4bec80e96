import ArrayFiles
import Foundation
import LZ4Frames
import SystemSupport
import TestSupport
import Testing

@testable import Storage

/// Inputs made to hurt: nesting, sizes that lie, names that lead elsewhere, and `run.json` damaged at every place.
@Suite struct HostileInputTests {
    private static let manifestText: [UInt8] = {
        let files = SimulatedFileSystem()
        let scene = RunManifest.Scene(
            name: "a",
            sampleTokens: ["t"],
            lease: 2,
            fileName: "a.2.occ.lz4",
            byteCount: 3,
            sha256: "00"
        )
        do {
            let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
            try directory.writeManifest(ManifestTests.manifest(run: "r", scenes: [scene]))
            return try files.content(ofFile: directory.manifestPath)
        } catch {
            Issue.record(error)
            return []
        }
    }()

    private func read(_ manifest: [UInt8]) throws -> RunManifest {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        try directory.create()
        try files.put(manifest, at: directory.manifestPath)
        return try directory.readManifest()
    }

    @Test func aManifestCutAnywhereIsAnError() throws {
        let whole = Self.manifestText
        // The last byte is a line's end.
        for length in 0..<(whole.count - 1) {
            #expect(throws: StorageError.self, "\(length) bytes") { try read(Array(whole[..<length])) }
        }
    }

    @Test func aManifestWithAnyBitFlippedIsAnErrorOrChecks() throws {
        var refused = 0
        for bit in 0..<(Self.manifestText.count * 8) {
            var bytes = Self.manifestText
            bytes[bit / 8] ^= 1 << (bit % 8)
            do {
                let manifest = try read(bytes)
                for scene in manifest.scenes where scene.state == .done {
                    #expect(scene.fileName == "\(scene.name).\(scene.lease ?? 0).occ.lz4", "bit \(bit)")
                }
            } catch is StorageError {
                refused += 1
            }
        }
        #expect(refused > 1000)
    }

    @Test func aManifestNestedDeeplyIsAnError() {
        for open in ["[", #"{"formatVersion":"#, #"{"formatVersion":1,"settings":{"x":["#] {
            let text = String(repeating: open, count: 200_000)
            #expect(throws: StorageError.self) { try read(Array(text.utf8)) }
        }
    }

    @Test func aManifestCannotNameFilesElsewhere() throws {
        let text = String(decoding: Self.manifestText, as: UTF8.self)
        for name in ["../../../etc/passwd", "/etc/passwd", "a.2.occ.lz4/../b", "a.2.occ.lz4\\u0000", "b.2.occ.lz4", ""]
        {
            let forged = text.replacing("\"fileName\" : \"a.2.occ.lz4\"", with: "\"fileName\" : \"\(name)\"")
            #expect(forged != text)
            #expect(throws: StorageError.self, "\(name)") { try read(Array(forged.utf8)) }
        }
    }

    /// What a frame says and what it unpacks to: a megabyte of brackets in a few kilobytes.
    @Test func nestingInAScenesFileIsRefusedWithoutMemory() throws {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: "r", fileSystem: files)
        let fixture = SceneFixture(run: "r", scene: "s", tokens: [], isDetection: true)
        let writer = try SceneFileWriter(in: directory, header: fixture.header(lease: 1))
        for content in [
            [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20), Array(String(repeating: "[", count: 65).utf8),
            Array((String(repeating: "[", count: 65) + String(repeating: "]", count: 65)).utf8),
        ] {
            #expect(throws: StorageError.self) { try writer.append(token: "t", detections: content) }
        }
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        try writer.append(token: "t", detections: Array(deep.utf8))
        try writer.append(token: "u", detections: Array(("[" + String(repeating: "0,", count: 1 << 20) + "0]").utf8))
        let file = try writer.finish()
        #expect(try SceneFileReader.verify(path: file.path, fileSystem: files).entries.count == 2)
    }

    @Test(arguments: [
        "[]", " [ ] ", "[1]", "[-0.5e+10,0,-0]", #"["a\u00e9\n\"",{"k":[],"l":{}}]"#, "[true,false,null]", "[{}]",
        "[[[]]]",
        "[\"\u{e9}\"]", "[1 , 2\t,\r\n3]",
    ])
    func arraysAreArrays(text: String) {
        #expect(JSONText.isArray(Array(text.utf8)))
        #expect((try? JSONSerialization.jsonObject(with: Data(text.utf8))) is [Any])
        for length in 0..<text.utf8.count where !text.utf8.dropFirst(length).allSatisfy({ $0 == 0x20 }) {
            #expect(!JSONText.isArray(Array(text.utf8.prefix(length))), "\(length) bytes of \(text)")
        }
    }

    @Test(arguments: [
        "", " ", "{}", "1", "\"a\"", "null", "[1,]", "[,1]", "[1 2]", "[01]", "[1.]", "[.5]", "[1e]", "[+1]", "[-]",
        "[NaN]",
        "[tru]", "[truex]", "[\"\\x\"]", "[\"\\u12g4\"]", "[\"\u{1}\"]", "[}", "[{]", "[{\"a\"}]", "[{\"a\":}]",
        "[{1:2}]",
        "[{\"a\":1,}]", "[] []", "[]]", "[1}", "[\"a]",
    ])
    func othersAreNot(text: String) {
        #expect(!JSONText.isArray(Array(text.utf8)))
    }

    @Test func textThatIsNotUTF8IsNoJSON() {
        #expect(!JSONText.isArray([0x5B, 0x22, 0xFF, 0x22, 0x5D]))
        #expect(!JSONText.isArray(Array("[]".utf16.flatMap { [UInt8($0), 0] })))
    }

    /// Random texts of JSON's characters: the same verdict as Foundation's parser, which lets a comma stand before a bracket.
    @Test func verdictsAgreeWithFoundation() {
        let seed: UInt64 = 20_261_123
        var random = SeededGenerator(seed: seed)
        let pieces = ["[", "]", "{", "}", ",", ":", "\"a\"", "1", "-2.5", "true", "null", " ", "\"\\n\"", "0"]
        var arrays = 0
        for _ in 0..<20_000 {
            var text = "["
            for _ in 0..<Int.random(in: 0..<9, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
            text += "]"
            let compact = text.filter { $0 != " " }
            let wanted =
                !compact.contains(",]") && !compact.contains(",}")
                && (try? JSONSerialization.jsonObject(with: Data(text.utf8))) is [Any]
            #expect(JSONText.isArray(Array(text.utf8)) == wanted, "seed \(seed): \(text)")
            if wanted { arrays += 1 }
        }
        #expect(arrays > 100)
    }

    @Test(arguments: [
        "../up", "/abs", "a/../../b", "..", ".", "nul\u{0}", "line\nbreak", String(repeating: "x", count: 5000),
        "\u{202E}rtl",
        "caf\u{e9}", "cafe\u{301}", "a%2Fb", "CON", "-rf", "a b", "\u{1F697}", "",
    ])
    func namesNeverLeaveTheOutputFolder(name: String) throws {
        let folder = try TemporaryFolder()
        do {
            let directory = try RunDirectory(output: folder.path, run: name)
            try directory.create()
            let fixture = SceneFixture(run: name, scene: name, tokens: ["t"])
            let file = try fixture.write(in: directory, lease: 1)
            #expect(URL(fileURLWithPath: file.path).standardizedFileURL.path.hasPrefix(folder.path + "/runs/"))
            #expect(try directory.sceneFiles().map(\.scene) == [name])
        } catch let error as StorageError {
            #expect(error.kind == .unsafeName, "\(error)")
        }
        let beside = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(beside.isEmpty || beside == ["runs"])
    }
}
