import Foundation
import Storage
import TestSupport
import Testing

@Suite struct PythonReaderTests {
    // Skipped, with the reason printed, where no Python with lz4 and numpy is at hand.
    @Test(
        .enabled(if: Python.withNumPyAndLZ4 != nil, "no Python with lz4 and numpy"),
        arguments: [false, true]
    )
    func theLinesOfThePageReadAFile(isDetection: Bool) throws {
        let text = try Project.text("docs/scene-file.md")
        let start = try #require(text.range(of: "```python\n"))
        let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
        let program = String(text[start.upperBound..<end.lowerBound])
        var fixture = SceneFixture()
        fixture.isDetection = isDetection
        let folder = try TemporaryFolder()
        let directory = try RunDirectory(output: folder.path, run: fixture.run)
        let file = try fixture.write(in: directory, lease: 3)
        let script = "\(folder.path)/read.py"
        try program.write(toFile: script, atomically: true, encoding: .utf8)
        let output = try Command.run(try #require(Python.withNumPyAndLZ4), [script, file.path])
        #expect(output.status == 0)
        let lines = String(decoding: output.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        let expected = fixture.tokens.map { isDetection ? "\($0) 1 boxes" : "\($0) (3, 4, 2)" }
        #expect(lines == expected)
    }
}
