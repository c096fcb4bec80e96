import Foundation
import TestSupport
import Testing

/// What a new user meets: help, typos, wrong paths.
@Suite("Command lines", .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct CommandLineTests {
    private static let submission = ["--dataset", "/x", "--version", "v", "--model", "/y", "--output", "/z"]

    @Test("Every command has a help with an example, on standard output, and leaves with 0")
    func help() async throws {
        for name in [
            "run", "submit", "resume", "status", "failures", "retry", "cancel", "pause", "unpause", "evaluate",
            "verify", "export", "samples", "gc", "archive", "prune",
            "picture", "import-predictions", "import-model", "describe-model", "make-dataset", "migrate", "doctor",
            "rebuild", "check-dataset", "slurm",
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
            (["runn"], "there is no command 'runn'; did you mean 'run'?"),
            (["stats", "--output", "out"], "there is no command 'stats'; did you mean 'status'?"),
            (["--output", "out", "status"], "'--output' stands where a command is expected"),
            (["run"] + Self.submission + ["--workers", "-1"], "--workers must be 0 to 1024, not -1"),
            (["run"] + Self.submission + ["--slots-per-worker", "0"], "--slots-per-worker must be 1 to 256, not 0"),
            (["submit"] + Self.submission + ["--maximum-attempts", "0"], "--maximum-attempts must be 1 to 100, not 0"),
            (["submit"] + Self.submission + ["--priority", "-1001"], "--priority must be -1000 to 1000, not -1001"),
            (["check-dataset", "--dataset", "/x.occ.jsonl", "--sheets", "0"], "--sheets must be 1 to 1000, not 0"),
            (["samples", "--output", "/x", "--worst", "0"], "--worst must be 1 to 1000000, not 0"),
            (["report", "--output", "/x", "--to", "/y", "--worst", "0"], "--worst must be 1 to 200, not 0"),
            (["report", "--output", "/x", "--to", "/y", "--worst", "99999999999999999999"], "--worst"),
            (["compare", "/x", "/y", "--most", "-1"], "--most must be 0 to 1000, not -1"),
            (["picture", "--output", "/x", "--to", "x.png", "--index", "-1"], "--index must be 0 to 1000000, not -1"),
            (["failures", "--limit", "-1"], "--limit must be 1 to 100000, not -1"),
            (["migrate", "--to", "-1"], "--to must be 0 or more, not -1"),
            (
                ["make-dataset", "--scenes", "-1", "--samples", "1", "--to", "/tmp/x"],
                "--scenes must be 1 to 999, not -1"
            ),
            (
                ["make-dataset", "--scenes", "1", "--samples", "0", "--to", "/tmp/x"],
                "--samples must be 1 to 400, not 0"
            ),
            (["make-dataset", "--scenes", "1", "--samples", "1", "--seed", "-1", "--to", "/tmp/x"], "'-1'"),
            (
                ["picture", "--output", "/x", "--to", "/tmp/x", "--minimum-score", "-0.1"],
                "--minimum-score must be 0.0 to 1.0"
            ),
            (["evaluate", "--output", ""], "--output has an empty value"),
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
        #expect(result.status == 2, "\(result.errors)")
    }

    @Test("Both programs say their version and that of everything they store")
    func versions() async throws {
        for program in ["occ-scheduler", "occ-worker"] {
            let result = try await Tool.run(program, ["--version"])
            #expect(result.status == 0 && result.output.hasPrefix("\(program) 0."), "\(result.output)")
            for format in [
                "scene file", "manifest (run.json)", "model package", "run settings", "scene payload", "queue schema",
            ] {
                let line = result.output.split(separator: "\n").first { $0.hasPrefix(format) }
                #expect(line?.split(separator: " ").last.flatMap { Int($0) } != nil, "\(format): \(result.output)")
            }
        }
    }

    @Test(
        "A worker's wrong words and numbers are named",
        arguments: [
            (["serv"], "there is no command 'serv'; did you mean 'serve'?"),
            (["--slots", "-1"], "--slots must be 1 to 1024"),
            (["bench", "--model", "m", "--frames", "-2"], "--frames must be 1 to 1000"),
        ]
    )
    func workerUsage(arguments: [String], text: String) async throws {
        let result = try await Tool.run("occ-worker", arguments)
        #expect(result.status == 2 && result.errors.contains(text), "\(result.errors)")
    }

    @Test(
        "What is no model package is refused with 2 and advice by every command that takes one",
        arguments: ["folder", "missing", "empty", "json"]
    )
    func wrongModel(kind: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("empty", [])
        try folder.write("json", Array("{\"title\": \"a card\"}".utf8))
        let model = kind == "folder" ? folder.path : folder.file(kind)
        let inputs = ["--inputs", folder.file("i"), "--output", folder.file("o")]
        let dataset = ["--dataset", folder.path, "--version", "v", "--output", folder.file("o")]
        let card = Project.path("Models/occ-small_BDC-T.card.json")
        for (program, arguments) in [
            ("occ-worker", ["bench", "--model", model]), ("occ-worker", ["infer", "--model", model] + inputs),
            ("occ-scheduler", ["describe-model", model]),
            ("occ-scheduler", ["add-card", model, "--card", card, "--output", folder.file("o")]),
            ("occ-scheduler", ["calibrate", "--model", model] + dataset),
            ("occ-scheduler", ["run", "--model", model] + dataset),
        ] {
            let result = try await Tool.run(program, arguments)
            #expect(result.status == 2, "\(arguments): \(result.errors)")
            #expect(result.errors.contains("'\(model)'") && result.errors.contains("import-model"), "\(result.errors)")
        }
    }

    @Test("The card of another network is refused, and both are named")
    func foreignCard() async throws {
        let folder = try TemporaryFolder()
        let result = try await Tool.scheduler(
            "add-card",
            Project.path("Models/occ-small_BDC-T.occmodel"),
            "--card",
            Project.path("Models/det-small_BDC-T.card.json"),
            "--output",
            folder.file("m.occmodel")
        )
        #expect(result.status == 2 && result.errors.contains("'det-small_BDC-T'"), "\(result.errors)")
        #expect(result.errors.contains("'occ-small_BDC-T'"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("m.occmodel")))
    }

    @Test("A folder that is not there is named as such by every command that reads a run")
    func noFolder() async throws {
        let folder = "/nowhere/out"
        for arguments in [
            ["evaluate"], ["verify"], ["samples"], ["gc"], ["prune"], ["archive", "--to", "/tmp/x.tar"],
            ["picture", "--to", "/tmp/x.png"],
            ["report", "--to", "/tmp/x"],
            ["export", "--format", "labels", "--to", "/tmp/x"], ["status"], ["failures"], ["retry"], ["rebuild"],
            ["resume"],
        ] {
            let result = try await Tool.run("occ-scheduler", arguments + ["--output", folder])
            #expect(result.status == 2, "\(arguments): \(result.errors)")
            #expect(
                result.errors.contains("--output: there is no folder '\(folder)'; give the output folder of a run"),
                "\(arguments): \(result.errors)"
            )
        }
    }

    @Test("Completion scripts are made, and a shell reads them", arguments: ["occ-scheduler", "occ-worker"])
    func completions(program: String) async throws {
        let made = try await Tool.shell("'\(Tool.path(program))' --generate-completion-script bash | bash -n")
        #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
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
