/// What a resizing layer of a family does to the number of channels and to the size of a map.
///
/// The cases' doc comments say how BDC and BiSRNet do it, with two units side by side; BBCU has one convolution of the same shape.
/// Raw values are the ends of the published class names.
enum ResizingShape: String, CaseIterable, Sendable {
    /// 2x2 mean, then both units on all channels, results side by side: channels double, size halves.
    case down = "Down"
    /// Bilinear doubling, then a unit on each half of the channels, results side by side.
    case up = "Up"
    /// A unit on each half of the channels, mean of the results: channels halve.
    case fusionDecrease = "Fusion_Decrease"
    /// Both units on all channels, results side by side: channels double.
    case fusionIncrease = "Fusion_Increase"
    /// 2x2 mean, then both units on all channels, sum of the results: size halves.
    case downConstant = "Down_Constant"

    /// Whether each unit reads half of the channels.
    var halvesChannels: Bool { self == .up || self == .fusionDecrease }
    /// Whether the units' results are added, rather than put side by side.
    var sumsResults: Bool { self == .fusionDecrease || self == .downConstant }
    var halvesSize: Bool { self == .down || self == .downConstant }

    /// The published class name in a family.
    func typeName(_ suffix: String) -> String { "BinaryConv2d\(suffix)_\(rawValue)" }
}
