import Foundation
import Storage
import Testing

@Suite struct PythonReaderTests {
    // Skipped, with the reason printed, where no Python with lz4 and numpy is at hand.
    @Test(.enabled(if: Command.python != nil, "no Python with lz4 and numpy"))
    func theLinesOfTheFormatPageReadAFile() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().resolvingSymlinksInPath()
            .appendingPathComponent("../../docs/scene-file.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: "```python\n"))
        let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
        let program = String(text[start.upperBound..<end.lowerBound])
        #expect(program.split(separator: "\n").count == 5)

        let fixture = SceneFixture()
        let folder = try TemporaryFolder()
        let directory = try RunDirectory(output: folder.path, run: fixture.run)
        let file = try fixture.write(in: directory, lease: 3)
        let script = "\(folder.path)/read.py"
        try program.write(toFile: script, atomically: true, encoding: .utf8)
        let output = try Command.run(try #require(Command.python), [script, file.path])
        #expect(output.status == 0)
        #expect(
            String(decoding: output.bytes, as: UTF8.self)
                == fixture.tokens.map { "\($0) (3, 4, 2)\n" }.joined()
        )
    }
}
