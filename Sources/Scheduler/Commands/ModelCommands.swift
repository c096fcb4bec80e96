internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import OccInference

/// `occ-scheduler import-model`: a published checkpoint as a model package.
struct ImportModelCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "import-model",
        abstract: "Pack a published network's weights into a model package.",
        discussion: """
            Example: occ-scheduler import-model --config flashocc-r50_BDC-T --weights state_dict.safetensors --output m.occmodel
            A .pth checkpoint becomes a safetensors file with ops/convert/pth_to_safetensors.py.
            Names that all begin with module., ema_ or state_dict. lose that; float16 and bfloat16 are widened.
            --card puts a text about the network into the package: what it was trained on and is not for (docs/model-package.md).
            A tensor that is missing, superfluous or of another shape is named, and nothing is written.
            --list shows every network: task, frames, parameters in millions (all, binary ones, binary ones counted 1/32),
            multiply-accumulates of a keyframe in billions (full precision, binary, binary ones counted 1/64), and the figures of
            the BDC paper where its tables list the network (docs/operation-counts.md says why they differ).
            """
    )

    @Option(help: ArgumentHelp("Name of a published configuration (see --list).", valueName: "name"))
    var config: String?

    @Option(help: ArgumentHelp("Weights under the published state_dict names (safetensors).", valueName: "file"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "Weights made by formula from a seed instead: for tests and demonstrations.",
            valueName: "seed"
        ),
        transform: NumberRange.seed
    )
    var formulaWeights: UInt64?

    @Option(help: ArgumentHelp("Model package to write.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Card of the network, JSON; add-card adds one later.", valueName: "file"))
    var card: String?

    @OptionGroup var replacing: ReplaceOptions

    @Flag(help: "List the networks with their parameters and operations, and leave.")
    var list = false

    @Flag(help: "With --list: print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    func validate() throws {
        if list { return }
        if json { throw ValidationError("--json goes with --list") }
        guard config != nil else { throw ValidationError("--config NAME is missing; --list shows the names") }
        guard output != nil else { throw ValidationError("--output FILE is missing") }
        guard (weights == nil) != (formulaWeights == nil) else {
            throw ValidationError("give --weights FILE (or --formula-weights SEED for weights without training)")
        }
    }

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        if list {
            let networks = try ModelSummary.catalogue()
            Terminal.output(json ? try jsonText(networks) : ModelSummary.text(networks))
            return
        }
        guard let config, let output else { return }
        let card = try card.map { try ModelCard(path: Paths.absolute($0)) }
        let source: any WeightSource
        if let weights {
            source = try SafetensorsWeights(path: Paths.absolute(weights))
        } else {
            source = FormulaWeightSource(seed: formulaWeights ?? 0)
        }
        for remark in source.remarks { Terminal.say("note: \(source.label): \(remark)") }
        if let card { try Self.check(card, fits: ModelCatalogue.configuration(named: config)) }
        let path = Paths.absolute(output)
        // A package that runs were submitted with must not turn into another one under their hands.
        // One that decides the same predictions and has the same card may stay.
        let (outcome, package) = try OutputFile.write(
            to: path,
            replaces: replacing.isForced,
            isSame: { earlier, new in
                guard let new = try? ModelPackage(path: new), let earlier = try? ModelPackage(path: earlier) else {
                    return false
                }
                return new.digest == earlier.digest && (new.card == earlier.card || card == nil)
            }
        ) {
            try ModelImporter.importModel(configName: config, weights: source, card: card, output: $0)
        }
        Terminal.say(
            "\(path): \(package.configuration.name), \(package.parameterCount) parameters in \(package.byteCount) bytes,"
                + " digest \(package.digest.prefix(16))" + (outcome == .unchanged ? "; it was there already" : "")
        )
    }

    /// Refuses the card of another network.
    ///
    /// - Throws: `CommandFailure` (`configuration`).
    static func check(_ card: ModelCard, fits configuration: NetworkConfiguration) throws {
        let misfits = card.misfits(configuration)
        guard !misfits.isEmpty else { return }
        throw CommandFailure(
            .configuration,
            "the card '\(card.title)' is of another network: \(misfits.joined(separator: "; ")). Nothing was written; give the card of"
                + " '\(configuration.name)'"
        )
    }
}

/// `occ-scheduler add-card`: a text about a network for a package that exists.
struct AddCardCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "add-card",
        abstract: "Put a card into a model package: what the network was trained on and what it is not for.",
        discussion: """
            Example: occ-scheduler add-card m.occmodel --card m.card.json --output m.occmodel

            Weights, configuration and digest stay as they are, so runs go on with the new package. The keys of a card are in \
            docs/model-package.md. The card of another network is refused. A package that has another card already is replaced with --force only.
            """
    )

    @Argument(help: "Model package.")
    var model: String

    @Option(help: ArgumentHelp("The card, JSON.", valueName: "file"))
    var card: String

    @Option(help: ArgumentHelp("Model package to write; may be the same file.", valueName: "file"))
    var output: String

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let card = try ModelCard(path: Paths.absolute(card))
        let package = try ModelFile.open(Paths.absolute(model))
        try package.verify()
        try ImportModelCommand.check(card, fits: package.configuration)
        let bytes = try package.bytes(with: card)
        let path = Paths.absolute(output)
        // Nothing is lost where the same model without a card gets one.
        let earlier = try? ModelPackage(path: path)
        let isLess = earlier.map { $0.digest == package.digest && $0.card == nil && $0.cardFlaw == nil } ?? false
        let outcome = try OutputFile.write(bytes, to: path, replaces: replacing.isForced || isLess)
        try ModelPackage(path: path).verify()
        Terminal.say(
            "\(path): \(package.configuration.name) with the card '\(card.title)', digest \(package.digest.prefix(16)) as before"
                + (outcome == .unchanged ? "; it was there already" : "")
        )
    }
}

/// `occ-scheduler describe-model`: what is in a model package.
struct DescribeModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe-model",
        abstract: "Print a model package layer by layer: type, shape, parameters, packed bytes, operations.",
        discussion: """
            Example: occ-scheduler describe-model m.occmodel
            The package's card, where it has one, comes first. Beneath the layers stand the sums, the figures of the BDC paper where its tables list the network, and the modules
            whose outputs can be tapped.
            """
    )

    @Argument(help: "Model package.")
    var model: String

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    @OptionGroup var logs: LogOptions

    func run() async throws {
        let package = try ModelFile.open(Paths.absolute(model))
        try package.verify()
        let description = try ModelDescription(package)
        if json {
            Terminal.output(try jsonText(description))
        } else {
            Terminal.output(description.text())
        }
    }
}

private func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
