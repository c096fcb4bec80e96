public import Scenes

/// What a network was trained on and what it is not for, in people's words; it decides no prediction.
///
/// Keys and bounds in `docs/model-package.md`, "Card".
public struct ModelCard: Codable, Equatable, Sendable {
    /// Version of the card's format.
    public static let currentFormatVersion = 1

    /// How well the network did on some data.
    public struct Score: Codable, Equatable, Sendable {
        /// What was measured, with its unit, such as "mIoU, %".
        public var name: String
        /// The number.
        public var value: Double
        /// The data that it was measured on.
        public var on: String
        /// What it was measured in; nil where the card does not say, which is fp32.
        public var precision: Precision?

        /// What it was measured in: scales and bfloat16 came to a network after its card said how good it is.
        public var measuredIn: Precision { precision ?? .fp32 }

        /// Makes a score.
        public init(name: String, value: Double, on: String, precision: Precision? = nil) {
            self.name = name
            self.value = value
            self.on = on
            self.precision = precision
        }
    }

    /// One camera of the vehicles that the training data came from.
    public struct Camera: Codable, Equatable, Sendable {
        /// Size of the original pictures.
        public var width_px: Int
        /// Size of the original pictures.
        public var height_px: Int
        /// Focal lengths in the original pictures.
        public var focalX_px: Double
        /// Focal lengths in the original pictures.
        public var focalY_px: Double
        /// Height above the ground.
        public var aboveGround_m: Double
        /// Direction of the optical axis: 0 is ahead, 90 left.
        public var yaw_deg: Double

        /// Makes a camera.
        public init(
            width_px: Int,
            height_px: Int,
            focalX_px: Double,
            focalY_px: Double,
            aboveGround_m: Double,
            yaw_deg: Double
        ) {
            self.width_px = width_px
            self.height_px = height_px
            self.focalX_px = focalX_px
            self.focalY_px = focalY_px
            self.aboveGround_m = aboveGround_m
            self.yaw_deg = yaw_deg
        }
    }

    /// Version of the card's format, 1.
    public private(set) var formatVersion = ModelCard.currentFormatVersion
    /// The configuration's name of the network that it is of; nil where the card does not say.
    public var network: String?
    /// One line.
    public var title: String
    /// A paragraph: what it is, what it finds, what it does not.
    public var summary: String
    /// The data that it was trained on; nil where the card does not say.
    public var trainedOn: String?
    /// What it must not be used for; nil where the card does not say.
    public var notFor: String?
    /// Its scores, in the order of the card.
    public var scores: [Score]
    /// What it was trained to see from, by camera; empty where the card does not say.
    public var rig: [String: Camera]

    /// Makes a card; bounds are checked where one is read.
    public init(
        network: String? = nil,
        title: String,
        summary: String,
        trainedOn: String? = nil,
        notFor: String? = nil,
        scores: [Score] = [],
        rig: [String: Camera] = [:]
    ) {
        self.network = network
        self.title = title
        self.summary = summary
        self.trainedOn = trainedOn
        self.notFor = notFor
        self.scores = scores
        self.rig = rig
    }
}

/// Why a card cannot be read.
public struct ModelCardError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file's path.
    public let source: String
    /// Where, what was found and what belongs there.
    public let detail: String

    /// One line for people.
    public var description: String {
        "model card '\(source)': \(detail); docs/model-package.md lists the keys of a card"
    }
}
