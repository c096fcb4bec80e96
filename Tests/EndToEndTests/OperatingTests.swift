import ArrayFiles
import Foundation
import Testing

/// What an operator types when a run did not go well.
@Suite("Operating, end to end", .serialized, .enabled(if: Tool.isBuilt, "the programs are not built beside the tests"))
struct OperatingTests {
    /// A run of the fixture's dataset in which one of two scenes failed for good, made once.
    private static let failed = Task { () async throws -> String in
        let fixture = try await Fixture.shared.value
        let output = fixture.folder + "/operating"
        let dataset = fixture.folder + "/operating-data"
        try FileManager.default.copyItem(atPath: fixture.dataset, toPath: dataset)
        let rows = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: dataset + "/v1.0-mini/sample_data.json"))
        )
        let pictures = (rows as? [[String: Any]] ?? []).compactMap { $0["filename"] as? String }
        let picture = try #require(pictures.last { $0.hasSuffix(".jpg") })
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: dataset + "/" + picture))
        try await fixture.expect(
            1,
            [
                "run", "--dataset", dataset, "--version", "v1.0-mini", "--model", fixture.model, "--output", output,
                "--workers", "1",
            ]
        )
        return output
    }

    @Test("status --watch ends with 1 where scenes failed, with 0 where all are done, and redraws on a terminal")
    func watching() async throws {
        let output = try await Self.failed.value
        let watched = try await Tool.scheduler("status", "--output", output, "--watch")
        #expect(watched.status == 1 && watched.errors.contains("1 of 2 scenes are not done"), "\(watched.errors)")
        let looked = try await Tool.scheduler("status", "--output", output)
        #expect(looked.status == 0)
        let reference = try await Fixture.shared.value.reference
        let done = try await Tool.scheduler("status", "--output", reference, "--watch")
        #expect(done.status == 0 && !done.output.contains("\u{1B}"), "\(done.errors)")
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else {
            print("watching a terminal is skipped: there is no program 'script'")
            return
        }
        let drawn = try await Tool.shell(
            "script -qec \"'\(Tool.path("occ-scheduler"))' status --output '\(reference)' --watch\" /dev/null"
        )
        #expect(drawn.status == 0 && drawn.output.contains("\u{1B}[J"), "\(drawn.output)")
    }

    @Test("failures --json holds what failures says, and leaves with the same code")
    func failuresAsJSON() async throws {
        let output = try await Self.failed.value
        let result = try await Tool.scheduler("failures", "--output", output, "--json")
        #expect(result.status == 1, "\(result.errors)")
        let document = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let scenes = try #require(document["failures"] as? [[String: Any]])
        #expect(scenes.count == 1 && scenes[0]["state"] as? String == "failed")
        #expect((scenes[0]["lastError"] as? String)?.contains("cannot decode") == true)
    }

    @Test("cancel, pause and unpause refuse a finished run and leave it as it is")
    func steering() async throws {
        let output = try await Self.failed.value
        for command in ["cancel", "pause", "unpause"] {
            let result = try await Tool.scheduler(command, "--output", output)
            #expect(
                result.status == 2 && result.errors.contains("is finished, 1 of 2 scenes done"),
                "\(command): \(result.errors)"
            )
        }
        let status = try await Tool.scheduler("status", "--output", output, "--json")
        #expect(status.output.contains("\"state\" : \"active\""), "\(status.output)")
    }

    @Test("samples lists what picture draws")
    func samples() async throws {
        let output = try await Self.failed.value
        let result = try await Tool.scheduler("samples", "--output", output)
        #expect(result.status == 0 && result.errors.contains("1 scenes of the run are not done"), "\(result.errors)")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.first == ["scene", "index", "token"])
        #expect(lines.dropFirst().map { $0[1] } == ["0", "1", "2"])
        let token = try #require(lines.last?.last)
        let picture = output + "/one.png"
        for _ in 0..<2 {
            let drawn = try await Tool.scheduler("picture", "--output", output, "--sample", token, "--to", picture)
            #expect(drawn.status == 0, "\(drawn.errors)")
        }
        // Another sample does not take its place unasked.
        let first = try #require(lines.dropFirst().first?.last)
        let other = try await Tool.scheduler("picture", "--output", output, "--sample", first, "--to", picture)
        #expect(other.status == 2 && other.errors.contains("--force"), "\(other.errors)")
        let forced = try await Tool.scheduler(
            "picture",
            "--output",
            output,
            "--sample",
            first,
            "--to",
            picture,
            "--force"
        )
        #expect(forced.status == 0, "\(forced.errors)")
    }

    @Test("An export of another format is refused before anything is written, unless it is asked for")
    func exportOverAnother() async throws {
        let reference = try await Fixture.shared.value.reference
        let folder = try await Self.failed.value + "/npz"
        func export(_ format: String, _ more: String...) async throws -> Tool.Result {
            try await Tool.run(
                "occ-scheduler",
                ["export", "--output", reference, "--format", format, "--to", folder] + more
            )
        }
        #expect(try await export("sparseocc").status == 0)
        let refused = try await export("evalai")
        #expect(refused.status == 2 && refused.errors.contains("--force"), "\(refused.errors)")
        #expect(try await export("sparseocc").errors.contains("0 files written, 6 were there already"))
        #expect(try await export("evalai", "--force").errors.contains("6 files written"))
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        #expect(try NPZArchive(contentsOf: folder + "/" + name)["arr_0"] != nil)
        let labels = try await export("kitti")
        #expect(labels.status == 2 && labels.errors.contains("holds voxel labels"), "\(labels.errors)")
    }

    @Test("An archive is read where a folder is, with the same answers; nothing writes to it")
    func archive() async throws {
        let fixture = try await Fixture.shared.value
        let tar = fixture.folder + "/archived.tar"
        let made = try await Tool.scheduler("archive", "--output", fixture.reference, "--to", tar)
        #expect(made.status == 0 && made.errors.contains("scenes,"), "\(made.errors)")
        let again = try await Tool.scheduler("archive", "--output", fixture.reference, "--to", tar)
        #expect(again.status == 0 && again.errors.contains("it was there already, byte for byte"), "\(again.errors)")
        let verified = try await Tool.scheduler("verify", "--output", tar)
        #expect(verified.status == 0 && verified.errors.contains("0 findings"), "\(verified.errors)")
        for command in [["evaluate", "--json"], ["samples", "--scores"]] {
            let (here, there) = (
                try await Tool.run("occ-scheduler", command + ["--output", tar]),
                try await Tool.run("occ-scheduler", command + ["--output", fixture.reference])
            )
            #expect(
                here.status == there.status && here.output == there.output && !here.output.isEmpty,
                "\(here.errors)"
            )
        }
        for command in ["resume", "retry"] {
            let refused = try await Tool.scheduler(command, "--output", tar)
            #expect(refused.status == 2 && refused.errors.contains("there is no database"), "\(refused.errors)")
        }
    }

    @Test("prune lists before it removes, and removes nothing that is needed")
    func prune() async throws {
        let fixture = try await Fixture.shared.value
        let output = fixture.folder + "/pruned"
        // With its owners, of whom the database's is one.
        #expect(try await Tool.shell("cp -a '\(fixture.reference)' '\(output)'").status == 0)
        let run = try #require(
            try FileManager.default.contentsOfDirectory(atPath: output + "/runs").first { !$0.hasPrefix(".") }
        )
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(output)/runs/\(run)")
        let name = try #require(files.first { $0.hasSuffix(".occ.lz4") })
        let partial = "\(output)/runs/\(run)/.partial/" + name.replacing(".occ.lz4", with: ".part")
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: partial))
        for (options, text) in [
            ([], "0 whole runs, 1 files, 3 bytes can be removed; --yes removes them"),
            (["--yes"], "0 whole runs, 1 files, 3 bytes removed"),
            (["--yes"], "0 whole runs, 0 files, 0 bytes removed"),
        ] {
            let result = try await Tool.run("occ-scheduler", ["prune", "--output", output] + options)
            #expect(result.status == 0 && result.errors.contains(text), "\(result.errors)")
            #expect(FileManager.default.fileExists(atPath: partial) == options.isEmpty)
        }
        let listed = try await Tool.scheduler("prune", "--output", output, "--finished-for", "0m")
        #expect(
            listed.output == "\(output)/runs/\(run)\n" && listed.errors.contains("1 whole runs"),
            "\(listed.errors)"
        )
        let verified = try await Tool.scheduler("verify", "--output", output)
        #expect(verified.status == 0, "\(verified.errors)")
        try FileManager.default.removeItem(atPath: output + "/.postgres")
        let refused = try await Tool.scheduler("prune", "--output", output, "--cancelled")
        #expect(
            refused.status == 2 && refused.errors.contains("whole runs go from their queue too"),
            "\(refused.errors)"
        )
    }

    @Test("A folder that may not be entered is not said to be empty")
    func notAllowed() async throws {
        let fixture = try await Fixture.shared.value
        let output = fixture.folder + "/not-allowed"
        try FileManager.default.copyItem(atPath: fixture.reference, toPath: output)
        let user = geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""
        func shut(_ path: String) throws { #expect(chmod(path, 0) == 0) }
        func open(_ path: String) throws { #expect(chmod(path, 0o755) == 0) }
        func expectDenied(_ command: String) async throws {
            let result = try await Tool.shell("\(user)'\(Tool.path("occ-scheduler"))' \(command)")
            #expect(result.status == 3, "\(command): \(result.status) \(result.errors)")
            #expect(
                result.errors.contains("Permission denied") && result.errors.contains("this process runs as"),
                "\(result.errors)"
            )
            #expect(
                !result.errors.contains("there is no") && !result.errors.contains("there are no"),
                "\(result.errors)"
            )
        }
        let commands = [
            "verify --output '\(output)'", "evaluate --output '\(output)'", "gc --output '\(output)' --dry-run",
            "samples --output '\(output)'",
            "export --output '\(output)' --format evalai --to '\(NSTemporaryDirectory())/none'",
            "picture --output '\(output)' --to '\(NSTemporaryDirectory())/none.png'",
            "doctor --output '\(output)/runs'",
        ]
        try shut(output)
        for command in commands.dropLast() { try await expectDenied(command) }
        try await expectDenied("status --output '\(output)'")
        try open(output)
        try shut(output + "/runs")
        for command in commands.dropLast() { try await expectDenied(command) }
        try open(output + "/runs")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: output + "/runs").first { !$0.hasPrefix(".") }
        )
        try shut(output + "/runs/" + name)
        for command in commands.dropLast() { try await expectDenied(command) }
        try open(output + "/runs/" + name)
        // One file that may not be read is neither damaged nor missing.
        let files = try FileManager.default.contentsOfDirectory(atPath: output + "/runs/" + name)
        let file = output + "/runs/\(name)/" + (try #require(files.first { $0.hasSuffix(".occ.lz4") }))
        try shut(file)
        try await expectDenied("verify --output '\(output)'")
        try await expectDenied("export --output '\(output)' --format evalai --to '\(NSTemporaryDirectory())/occ-none'")
        try open(file)
        // Ground truth that may not be read is not ground truth that is not there.
        let gts = fixture.folder + "/not-allowed-data"
        try FileManager.default.copyItem(atPath: fixture.dataset, toPath: gts)
        try shut(gts + "/gts")
        defer { chmod(gts + "/gts", 0o755) }
        try await expectDenied("evaluate --output '\(output)' --dataset-root '\(gts)' --without-ray-iou")
    }

    @Test("doctor makes no folder, finds a full disk, and tells what a group needs")
    func doctor() async throws {
        let folder = try await Fixture.shared.value.folder + "/doctor"
        let typo = try await Tool.scheduler("doctor", "--output", folder + "/mistyped")
        #expect(typo.status == 3 && typo.output.contains("No such file or directory"), "\(typo.output)")
        #expect(!FileManager.default.fileExists(atPath: folder))
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let doctor = "'\(Tool.path("occ-scheduler"))' doctor --output '\(folder)'"
        #expect(chmod(folder, 0o775) == 0)
        let shared = try await Tool.shell("umask 0022; \(doctor)")
        #expect(
            shared.status == 3 && shared.output.contains("chmod g+s") && shared.output.contains("umask 0002"),
            "\(shared.output)"
        )
        #expect(chmod(folder, 0o2775) == 0)
        let mended = try await Tool.shell("umask 0002; \(doctor)")
        #expect(mended.output.contains("ok      output folder: \(folder) can be written"), "\(mended.output)")
        let full = try await Tool.shell(
            "unshare -m sh -c \"mount -t tmpfs -o size=4m none '\(folder)' || exit 99; head -c 4m /dev/zero > '\(folder)/f'; \(doctor)\""
        )
        guard full.status != 99, full.status != 1 else {
            print("doctor on a full disk is skipped: a file system cannot be mounted here (\(full.errors))")
            return
        }
        #expect(full.status == 3 && full.output.contains("disk is full"), "\(full.output)\(full.errors)")
    }

    @Test("Folders that a scheduler makes under a group's umask can be written by the group's workers")
    func umask() async throws {
        let fixture = try await Fixture.shared.value
        let folder = fixture.folder + "/shared"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        #expect(chmod(folder, 0o2775) == 0)
        // A submission that ends at its database has made nothing; an import makes what a submission would.
        let export = fixture.folder + "/shared-npz"
        let exported = try await Tool.scheduler(
            "export",
            "--output",
            fixture.reference,
            "--format",
            "evalai",
            "--to",
            export
        )
        #expect(exported.status == 0, "\(exported.errors)")
        let imported = try await Tool.shell(
            "umask 0002; '\(Tool.path("occ-scheduler"))' import-predictions --dataset '\(fixture.dataset)' --version v1.0-mini"
                + " --predictions '\(export)' --output '\(folder)' --run r"
        )
        #expect(imported.status == 0, "\(imported.errors)")
        for (path, bits) in [
            ("", 0o2775), ("/runs", 0o2775), ("/runs/r", 0o2775), ("/runs/r/.partial", 0o2775),
            ("/runs/r/run.json", 0o664),
        ] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder + path)[.posixPermissions] as? Int
            #expect(mode == bits, "\(path): \(String(mode ?? 0, radix: 8))")
        }
    }
}
