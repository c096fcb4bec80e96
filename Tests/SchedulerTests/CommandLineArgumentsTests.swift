import Testing

@testable import CommandSupport

@Suite("Arguments before they are parsed")
struct CommandLineArgumentsTests {
    private let scheduler = CommandLineArguments(
        program: "occ-scheduler",
        commands: ["run", "status", "evaluate", "import-model", "gc"],
        hasDefaultCommand: false
    )
    private let worker = CommandLineArguments(
        program: "occ-worker",
        commands: ["serve", "infer", "compare", "bench"],
        hasDefaultCommand: true
    )

    private func refusal(_ arguments: [String], _ line: CommandLineArguments) -> String? {
        do {
            _ = try line.prepared(arguments)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("A number below zero belongs to the option before it")
    func numbers() throws {
        #expect(try scheduler.prepared(["run", "--workers", "-1"]) == ["run", "--workers=-1"])
        #expect(try scheduler.prepared(["run", "--seed", "-.5", "-3"]) == ["run", "--seed=-.5", "-3"])
        // What is no number, what has its value already and what comes after the terminator stays as it is.
        for rest in [["--json", "-h"], ["--workers=2", "-1"], ["--", "--workers", "-1"], ["-", "--x", "-"]] {
            #expect(try scheduler.prepared(["run"] + rest) == ["run"] + rest)
        }
    }

    @Test("A word that is no command is called so, with the one that was meant")
    func commands() {
        #expect(
            refusal(["stats", "--output", "out"], scheduler)?.contains("no command 'stats'; did you mean 'status'?")
                == true
        )
        #expect(refusal(["eval"], scheduler)?.contains("'evaluate'") == true)
        #expect(refusal(["urn"], scheduler)?.contains("'run'") == true)
        #expect(refusal(["frobnicate"], scheduler)?.contains("did you mean") == false)
        #expect(refusal(["help", "stats"], scheduler)?.contains("'status'") == true)
        #expect(refusal(["infr"], worker)?.contains("'infer'") == true)
        #expect(refusal([String(repeating: "a", count: 100_000)], scheduler) != nil)
        for fine in [
            [], ["help"], ["help", "run"], ["status", "stats"], ["--help"], ["--generate-completion-script", "bash"],
        ] {
            #expect(refusal(fine, scheduler) == nil)
        }
    }

    @Test("An option in a command's place is called so, unless a command is taken for granted")
    func options() {
        #expect(
            refusal(["--output", "out", "status"], scheduler)?.contains("'--output' stands where a command") == true
        )
        #expect(refusal(["--verison"], scheduler)?.contains("did you mean '--version'?") == true)
        #expect(refusal(["--slots", "2"], worker) == nil)
    }

    @Test("An option with an empty value is refused and named")
    func empty() {
        for arguments in [["run", "--output", ""], ["run", "--output="]] {
            #expect(refusal(arguments, scheduler)?.contains("--output has an empty value") == true)
        }
        #expect(refusal(["run", "--output=a="], scheduler) == nil)
    }
}
