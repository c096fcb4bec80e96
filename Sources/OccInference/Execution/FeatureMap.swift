/// A feature map, or a slice of one: a view into a buffer of float32.
struct FeatureMap: Equatable, Sendable {
    /// How the values lie in memory.
    enum Layout: Equatable, Sendable {
        /// `[images, height, width, channels]` with `pixelStride` floats from pixel to pixel: slices of channels are views.
        case channelsLast
        /// oneDNN's blocked layout for this host, `[images, channels / block, height, width, block]`.
        case blocked
        /// `[images, channels, height, width]`.
        case planar
    }

    var buffer: BufferID
    /// First image within the buffer.
    var firstImage = 0
    var images: Int
    var height: Int
    var width: Int
    var channels: Int
    var layout: Layout
    /// Floats from pixel to pixel of a channels-last map.
    var pixelStride: Int
    /// First channel within the pixel of a channels-last map.
    var firstChannel = 0

    /// Pixels of one image.
    var pixels: Int { height * width }
    /// `[images, channels, height, width]`.
    var shape: [Int] { [images, channels, height, width] }
    /// Floats from image to image.
    var imageStride: Int { layout == .channelsLast ? pixels * pixelStride : pixels * channels }
    /// Floats from the buffer's start to the first value of an image of this view.
    func start(image: Int) -> Int { (firstImage + image) * imageStride + firstChannel }
    /// Whether nothing else lies between the values of this view.
    var isDense: Bool { layout != .channelsLast || pixelStride == channels }

    /// Some channels of a channels-last map.
    func slice(_ first: Int, _ count: Int) -> FeatureMap {
        precondition(layout == .channelsLast && first >= 0 && first + count <= channels)
        var view = self
        view.firstChannel += first
        view.channels = count
        return view
    }

    /// Some images of a map.
    func images(_ range: Range<Int>) -> FeatureMap {
        precondition(range.lowerBound >= 0 && range.upperBound <= images)
        var view = self
        view.firstImage += range.lowerBound
        view.images = range.count
        return view
    }
}
