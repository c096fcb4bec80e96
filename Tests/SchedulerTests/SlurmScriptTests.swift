import ArgumentParser
import CommandSupport
import Foundation
import TestSupport
import Testing

@testable import Scheduler

/// What `occ-scheduler slurm` writes, as text; `ops/slurm/test` runs it under a real Slurm.
@Suite("Slurm scripts")
struct SlurmScriptTests {
    private static let required = ["slurm", "--cpus", "16", "--output", "/results"]

    private func script(
        _ arguments: [String],
        environment: [String: String] = ["OCC_DATABASE_URL_FILE": "/home/me/occ.url"]
    ) throws -> SlurmScript {
        let command = try #require(try SchedulerCommand.parseAsRoot(Self.required + arguments) as? SlurmCommand)
        return try command.plan(environment: environment) { "/opt/occ/bin/\($0)" }
    }

    private func failure(_ arguments: [String]) -> String {
        do {
            _ = try script(arguments)
            return "none"
        } catch let failure as CommandFailure {
            return failure.status == .configuration ? failure.description : "\(failure.status)"
        } catch {
            return SchedulerCommand.message(for: error)
        }
    }

    @Test("The script of the documented command is ops/slurm/workers.sbatch")
    func documented() throws {
        let arguments = ["--partition", "cpu", "--array", "200", "--at-once", "16"]
        #expect(try script(arguments).text == Project.text("ops/slurm/workers.sbatch"))
    }

    @Test("What was asked for stands in the script")
    func options() throws {
        let text = try script([
            "--account", "perception", "--qos", "low", "--job-name", "val.1", "--array", "3", "--time", "2-0",
            "--memory-per-core", "2048", "--logs", "/logs here", "--run", "a'b", "--model", "/m/x y.occmodel",
            "--dataset-root", "/data/$HOME", "--schema", "other", "--database-file", "/secret/`id`",
        ]).text
        for line in [
            "#SBATCH --account=perception", "#SBATCH --qos=low", "#SBATCH --job-name=val.1", "#SBATCH --array=0-2",
            "#SBATCH --time=2-0", "#SBATCH --mem-per-cpu=2048M", "#SBATCH --output=\"/logs here/%A_%a.log\"",
            "export OCC_DATABASE_URL_FILE='/secret/`id`'", "unset OCC_DATABASE_URL",
            "/opt/occ/bin/occ-scheduler doctor --schema other --output /results --model '/m/x y.occmodel'"
                + " || { sleep 120; exit 3; }",
            #"exec /opt/occ/bin/occ-worker --exit-when-done --schema other --run 'a'\''b' --model '/m/x y.occmodel'"#
                + " --dataset-root '/data/$HOME'",
        ] {
            #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)\n\(text)")
        }
        #expect(!text.contains("--partition"))
    }

    @Test("Without a file the address comes with the environment, and never stands in the script")
    func environment() throws {
        let text = try script([], environment: ["OCC_DATABASE_URL": "postgresql://me:secret@db/occ"]).text
        #expect(text.contains("${OCC_DATABASE_URL:?") && !text.contains("secret") && !text.contains("unset"))
        #expect(throws: CommandFailure.self) { try script([], environment: [:]) }
        #expect(throws: CommandFailure.self) { try script([], environment: ["OCC_DATABASE_URL_FILE": ""]) }
    }

    @Test(
        "What Slurm or a shell could not take is refused in words",
        arguments: [
            (["--partition", "a b"], "--partition 'a b' is no name"), (["--qos", "x\n#SBATCH --uid=0"], "--qos"),
            (["--job-name", "-x"], "--job-name"), (["--account", ""], "--account"),
            (["--time", "soon"], "--time 'soon' is no time"), (["--time", "0"], "no time"),
            (["--time", "1:59"], "too short"),
            (["--time=-1:00"], "no time"), (["--time", "1:2:3:4"], "no time"), (["--time", "400-0"], "no time"),
            (["--array", "2", "--at-once", "3"], "--at-once 3 is more than --array 2"),
            (["--logs", "/a%b"], "--logs '/a%b'"), (["--logs", "/a\"b"], "--logs"), (["--run", "a\nb"], "--run"),
            (["--database-file", "/a\nb"], "--database-file"), (["--array", "0"], "--array must be 1"),
            (["--at-once", "0"], "--at-once must be 1"), (["--memory-per-core", "1"], "--memory-per-core must be 64"),
        ]
    )
    func flaws(arguments: [String], text: String) {
        #expect(failure(arguments).contains(text), "\(failure(arguments))")
    }

    @Test(
        "Times are Slurm's",
        arguments: [
            ("2", 120), ("1:30", 90), ("1:00:00", 3600), ("2-0", 172_800), ("1-2:3", 93_780), ("1-2:3:4", 93_784),
            ("", nil), ("1-", nil), ("-1", nil), ("1:", nil), ("1-2-3", nil), ("+1", nil), ("1 ", nil), ("٣", nil),
            ("9999999", nil), ("0-0", nil),
        ]
    )
    func times(text: String, seconds: Int?) {
        #expect(SlurmScript.seconds(text) == seconds)
    }

    @Test("Words of any bytes come out of bash as they went in")
    func quoting() throws {
        for word in ["", "plain-1.x/y", "a b", "it's", "''", "$HOME `id` \"x\" \\", "ü*?[", "-n", "a,b:c@d"] {
            let result = try Command.run("/bin/bash", ["-c", "printf %s " + SlurmScript.quoted(word)])
            #expect(result.text == word)
        }
    }

    @Test("A script is one that bash understands")
    func syntax() throws {
        let text = try script(["--run", "a'b", "--logs", "/a b"]).text
        #expect(try Command.run("/bin/bash", ["-n", "-c", text]).status == 0)
    }

    @Test("An array larger than the cluster allows is refused with its limit")
    func arraySize() {
        let configuration = "MailProg = /bin/true\nMaxArraySize            = 1001\nMaxDBDMsgs = 20008\n"
        #expect(SlurmPrograms.maximumArraySize(inConfiguration: configuration) == 1001)
        #expect(SlurmPrograms.maximumArraySize(inConfiguration: "slurm_load_ctl_conf error") == nil)
        #expect(SlurmPrograms.flaw(tasks: 1001, maximumArraySize: 1001) == nil)
        #expect(SlurmPrograms.flaw(tasks: 1002, maximumArraySize: 1001)?.contains("MaxArraySize=1001") == true)
        #expect(SlurmPrograms.flaw(tasks: 1, maximumArraySize: 0)?.contains("no job arrays") == true)
    }

    @Test("Without sbatch it is said where to submit")
    func noSlurm() {
        #expect {
            try SlurmPrograms(path: "/nowhere:/proc")
        } throws: { error in
            (error as? CommandFailure)?.status == .environment && "\(error)".contains("no sbatch in PATH")
        }
    }

    @Test("What sbatch answers is the job's number, or the reason")
    func submitting() throws {
        let folder = try TemporaryFolder()
        func sbatch(_ text: String) throws -> Result<String, any Error> {
            try folder.write("sbatch", Array("#!/bin/sh\n\(text)\n".utf8))
            chmod(folder.file("sbatch"), 0o755)
            let programs = try SlurmPrograms(path: folder.path)
            let script = try script([])
            return Result { try programs.submit(script) }
        }
        #expect(try sbatch("cat > \(folder.file("given")); echo '41;north'").get() == "41")
        #expect(try String(contentsOfFile: folder.file("given"), encoding: .utf8) == script([]).text)
        #expect {
            try sbatch("cat > /dev/null; echo 'sbatch: error: invalid partition specified: x' >&2; exit 1").get()
        } throws: { "\($0)".contains("invalid partition specified: x") }
    }
}
