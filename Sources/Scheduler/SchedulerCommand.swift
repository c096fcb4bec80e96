internal import ArgumentParser
internal import CommandSupport

/// The command line of `occ-scheduler`.
@main
struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "occ-scheduler",
        abstract: "Label or evaluate driving scenes with binarized occupancy networks on CPUs.",
        discussion: """
            One machine:   occ-scheduler run --dataset DIR --version v1.0-mini --model M.occmodel --output OUT
            A cluster:     occ-scheduler submit ... --database URL, then occ-worker --database URL on every host
            Afterwards:    occ-scheduler evaluate | verify | export | samples | picture | report --output OUT
                           occ-scheduler compare OUT_A OUT_B

            Exit codes: 0 done, 1 some scenes failed, 2 usage or configuration, 3 environment (database, disk), 130 interrupted.
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Running",
                subcommands: [RunCommand.self, SubmitCommand.self, ResumeCommand.self, SlurmCommand.self]
            ),
            CommandGroup(
                name: "Watching and steering",
                subcommands: [
                    StatusCommand.self, FailuresCommand.self, MetricsCommand.self, DashboardCommand.self,
                    RetryCommand.self, CancelCommand.self, PauseCommand.self, UnpauseCommand.self, RebuildCommand.self,
                ]
            ),
            CommandGroup(
                name: "Results",
                subcommands: [
                    EvaluateCommand.self, CompareRunsCommand.self, VerifyCommand.self, ExportCommand.self,
                    SamplesCommand.self, PictureCommand.self, ReportCommand.self,
                    ImportPredictionsCommand.self, ArchiveCommand.self, CollectCommand.self,
                    PruneCommand.self,
                ]
            ),
            CommandGroup(
                name: "Models and data",
                subcommands: [
                    ImportModelCommand.self, AddCardCommand.self, CalibrateCommand.self, DescribeModelCommand.self,
                    MakeDatasetCommand.self, CheckDatasetCommand.self, InspectCommand.self, ImportLogCommand.self,
                ]
            ),
            CommandGroup(name: "Environment", subcommands: [MigrateCommand.self, DoctorCommand.self]),
        ]
    )

    static func main() async {
        // ArgumentParser's own `version:` would add `--version` to every subcommand, where it names the dataset's version.
        if CommandLine.arguments.dropFirst() == ["--version"] {
            Terminal.output(StoredFormats.text(of: "occ-scheduler"))
            return
        }
        await CommandEntry.run(SchedulerCommand.self)
    }
}
