internal import ArgumentParser
internal import CommandSupport
internal import Foundation
internal import OccInference
internal import Scenes

/// `occ-worker infer`: one keyframe from explicit tensors, for people who port a network.
struct InferCommand: AsyncParsableCommand, Interruptible {
    static let configuration = CommandConfiguration(
        commandName: "infer",
        abstract: "Run one keyframe from tensors in a safetensors file, and write predictions and tapped tensors.",
        discussion: """
            Example: occ-worker infer --model m.occmodel --inputs inputs.safetensors --output out.safetensors \\
                         --tap img_backbone.0 --tap occ_head

            Inputs: images_rgb_u8 [frames, cameras, height, width, 3] after resize and crop; sensor2ego, ego2global \
            [frames, cameras, 4, 4]; intrinsics [frames, cameras, 3, 3]; post_rot [3, 3]; post_tran [3]; frame 0 is the keyframe, the others \
            go back in time. A network reads as many as it needs (describe-model tells); for those that are not there it reads the keyframe \
            again, as the published loader does at the beginning of a scene.
            Output: occ uint8 [200, 200, 16]; or det_boxes [boxes, 9], det_scores, det_labels after suppression and decoded_* before it, \
            float32, in the key ego frame; and tap:NAME float32 for every --tap. A module that runs once a frame runs for the oldest frame \
            first: NAME is its first call, NAME#1 the next.
            """
    )

    @Option(help: ArgumentHelp("Model package.", valueName: "file"))
    var model: String

    @Option(help: ArgumentHelp("Input tensors (safetensors).", valueName: "file"))
    var inputs: String

    @Option(help: ArgumentHelp("Where to write (safetensors).", valueName: "file"))
    var output: String

    @Option(help: PrecisionArgument.help)
    var precision = Precision.fp32

    @Option(
        name: .customLong("tap"),
        help: ArgumentHelp(
            "Published name of a module whose output is written whole; repeat for more.",
            valueName: "name"
        )
    )
    var taps: [String] = []

    @OptionGroup var replacing: ReplaceOptions
    @OptionGroup var logs: LogOptions

    var whatIsLeft: String { nothingIsLeft }

    func run() async throws {
        let package = try ModelFile.open(Paths.absolute(model))
        let (_, summary) = try OutputFile.write(to: Paths.absolute(output), replaces: replacing.isForced) { place in
            try InferenceCommand.run(
                package,
                inputs: Paths.absolute(inputs),
                output: place,
                precision: precision,
                taps: taps
            )
        }
        if summary.framesGiven < summary.frames {
            Terminal.say(
                "the input holds \(summary.framesGiven) of \(summary.frames) frames; the keyframe stands for the others"
            )
        }
        Terminal.say("\(summary.network): wrote \(summary.outputs.joined(separator: ", "))")
        for row in summary.timings.rows {
            Terminal.say(
                row.stage.padding(toLength: 16, withPad: " ", startingAt: 0) + String(format: "%8.3f s", row.seconds)
            )
        }
    }
}
