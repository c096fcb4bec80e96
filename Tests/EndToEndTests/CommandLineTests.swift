import Foundation
import Testing

/// What a new user meets: help, typos, wrong paths.
@Suite("Command lines", .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct CommandLineTests {
    @Test("Every command has a help with an example, on standard output, and leaves with 0")
    func help() async throws {
        for name in [
            "run", "submit", "resume", "status", "failures", "retry", "cancel", "pause", "unpause", "evaluate",
            "verify", "export",
            "picture", "import-predictions", "import-model", "describe-model", "make-dataset", "migrate", "doctor",
            "rebuild",
        ] {
            let result = try await Tool.scheduler(name, "--help")
            #expect(result.status == 0 && result.output.contains("Example: occ-scheduler \(name)"), "\(name)")
        }
        for arguments in [["--help"], ["serve", "--help"], ["infer", "--help"], ["compare", "--help"]] {
            let result = try await Tool.run("occ-worker", arguments)
            #expect(result.status == 0 && result.output.contains("Example: "), "\(arguments)")
        }
    }

    @Test(
        "Usage and configuration errors leave with 2 and say what is wrong",
        arguments: [
            (["runn"], "runn"),
            (["run", "--dataset", "/nowhere"], "--version"),
            (
                [
                    "run", "--dataset", "/nowhere", "--version", "v1.0-mini", "--model", "/none.occmodel", "--output",
                    "/tmp/x",
                ], "/none.occmodel"
            ),
            (["status"], "no database"),
            (["status", "--output", "/nowhere"], "/nowhere"),
            (["evaluate", "--output", "/nowhere"], "/nowhere"),
            (
                ["import-model", "--config", "flashocc-r50_BDC-X", "--formula-weights", "1", "--output", "/tmp/x"],
                "flashocc-r50_BDC-X"
            ),
            (["submit", "--dataset", "/x", "--version", "v", "--model", "/y", "--output", "/z"], "OCC_DATABASE_URL"),
            (["export", "--output", "/nowhere", "--format", "csv", "--to", "/tmp/x"], "csv"),
        ]
    )
    func usage(arguments: [String], text: String) async throws {
        let result = try await Tool.run("occ-scheduler", arguments)
        #expect(result.errors.contains(text), "\(result.errors)")
        // A file that is not there is the environment's fault, everything else the command line's.
        #expect(result.status == 2 || result.status == 3 && text.hasPrefix("/"), "\(result.status): \(result.errors)")
    }

    @Test("Output that cannot be written is an error, not a success")
    func fullOutput() async throws {
        let result = try await Tool.shell("\(Tool.path("occ-scheduler")) import-model --list > /dev/full")
        #expect(result.status == 3 && result.errors.contains("No space left"), "\(result.errors)")
        let piped = try await Tool.shell("\(Tool.path("occ-scheduler")) import-model --list | head -n 1")
        #expect(piped.status == 0 && piped.errors.isEmpty)
    }

    @Test("A database that is not there leaves with 3 and says which")
    func deadDatabase() async throws {
        let result = try await Tool.scheduler("status", "--database", "postgresql://user:secret@127.0.0.1:1/none")
        #expect(result.status == 3)
        #expect(result.errors.contains("127.0.0.1"))
        #expect(!result.errors.contains("secret"))
    }
}
