/// How a camera's lens bends what a pinhole would show.
public struct CameraLens: Hashable, Sendable {
    /// The model and its numbers.
    public enum Model: Hashable, Sendable {
        /// A pinhole, or pictures that were rectified.
        case none
        /// OpenCV's radial, tangential and thin prism distortion.
        case opencv(OpenCVLens)
        /// A fisheye after Kannala and Brandt.
        case kb4(KB4Lens)
        /// A polynomial from angle to distance.
        case ftheta(FThetaLens)
        /// The unified model of Mei and Rives.
        case mei(MeiLens)
    }

    /// The model.
    public var model: Model
    /// Directions farther than this from the optical axis are not seen, radians; nil for as far as the model goes.
    public var maximumAngle_rad: Double?

    /// Makes a lens from its parts.
    public init(_ model: Model, maximumAngle_rad: Double? = nil) {
        self.model = model
        self.maximumAngle_rad = maximumAngle_rad
    }

    /// No lens at all.
    public static let none = CameraLens(.none)

    /// The names of all models.
    public static let names = ["none", "opencv", "kb4", "ftheta", "mei"]

    /// The model's name, as manifests write it.
    public var name: String {
        switch model {
        case .none: "none"
        case .opencv: "opencv"
        case .kb4: "kb4"
        case .ftheta: "ftheta"
        case .mei: "mei"
        }
    }

    /// The model's numbers, as manifests write them.
    public var coefficients: [Double] {
        switch model {
        case .none: []
        case .opencv(let lens): Array(lens.coefficients[..<lens.count])
        case .kb4(let lens): lens.coefficients
        case .ftheta(let lens): Array(lens.coefficients[..<lens.count])
        case .mei(let lens): lens.coefficients
        }
    }

    /// Makes a lens by name and numbers; nil for a name that is none of `names` or numbers that do not fit it.
    public init?(name: String, coefficients: [Double], maximumAngle_rad: Double? = nil) {
        if let angle = maximumAngle_rad { guard angle > 0, angle <= .pi else { return nil } }
        let model: Model?
        switch name {
        case "none": model = coefficients.isEmpty ? Model.none : nil
        case "opencv": model = OpenCVLens(coefficients).map(Model.opencv)
        case "kb4": model = KB4Lens(coefficients).map(Model.kb4)
        case "ftheta": model = FThetaLens(coefficients).map(Model.ftheta)
        case "mei": model = MeiLens(coefficients).map(Model.mei)
        default: model = nil
        }
        guard let model else { return nil }
        self.init(model, maximumAngle_rad: maximumAngle_rad)
    }
}
