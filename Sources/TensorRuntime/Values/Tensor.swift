/// A buffer of a program; what it is in memory is decided when the program is planned.
public struct BufferID: Hashable, Sendable {
    let index: Int
}

/// A value of a program: a shape, an element type and a layout over a buffer, or over a slice of one.
///
/// Images come first: several pictures, or the levels of a volume.
public struct Tensor: Hashable, Sendable {
    /// How the values lie in memory.
    public enum Layout: Hashable, Sendable {
        /// `[images, height, width, channels]` with `pixelStride` elements from pixel to pixel: slices of channels are views.
        case channelsLast
        /// oneDNN's blocked layout for this host, `[images, channels / block, height, width, block]`.
        case blocked
        /// `[images, channels, height, width]`.
        case planar
    }

    /// All that a library must know of a tensor's memory but its address.
    struct Format: Hashable, Sendable {
        var shape: [Int]
        var element: ElementType
        var layout: Layout
        var pixelStride: Int
        /// Name of the parameter that says what the largest byte stands for.
        var scale: String?

        /// Elements from image to image.
        var imageStride: Int { shape[2] * shape[3] * (layout == .channelsLast ? pixelStride : shape[1]) }
        /// Whether nothing else lies between the values.
        var isDense: Bool { layout != .channelsLast || pixelStride == shape[1] }
    }

    /// The buffer that it is a view into.
    public let buffer: BufferID
    /// Images, or levels of a volume.
    public private(set) var images: Int
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// Channels.
    public private(set) var channels: Int
    /// Type of the elements.
    public private(set) var element: ElementType
    /// How the values lie in memory.
    public let layout: Layout
    /// Elements from pixel to pixel of a channels-last tensor.
    public let pixelStride: Int
    /// Name of the parameter that says what 127, or 255 of unsigned bytes, stands for; nil of other types.
    public private(set) var scale: String?
    private var firstImage = 0
    private var firstChannel = 0

    /// A whole buffer.
    init(
        buffer: BufferID,
        images: Int,
        height: Int,
        width: Int,
        channels: Int,
        element: ElementType,
        layout: Layout,
        scale: String? = nil
    ) {
        self.buffer = buffer
        self.images = images
        self.height = height
        self.width = width
        self.channels = channels
        self.element = element
        self.layout = layout
        self.scale = scale
        pixelStride = channels
    }

    /// Pixels of one image.
    public var pixels: Int { height * width }
    /// `[images, channels, height, width]`.
    public var shape: [Int] { [images, channels, height, width] }
    /// Elements from image to image.
    public var imageStride: Int { format.imageStride }
    /// Whether nothing else lies between the values of this view.
    var isDense: Bool { format.isDense }
    /// Bytes of the values of this view, if it is dense.
    public var byteCount: Int { images * pixels * channels * element.byteCount }

    var format: Format {
        Format(shape: shape, element: element, layout: layout, pixelStride: pixelStride, scale: scale)
    }

    /// Bytes from the buffer's start to the first value of an image of this view.
    func start(image: Int) -> Int { ((firstImage + image) * imageStride + firstChannel) * element.byteCount }

    /// Some channels of a channels-last tensor.
    public func slice(_ first: Int, _ count: Int) -> Tensor {
        precondition(layout == .channelsLast && first >= 0 && first + count <= channels)
        var view = self
        view.firstChannel += first
        view.channels = count
        return view
    }

    /// The same bytes as values of another type of that size.
    ///
    /// - Parameter scale: name of the parameter that says what the largest byte stands for.
    public func reinterpreted(as element: ElementType, scale: String?) -> Tensor {
        precondition(element.byteCount == self.element.byteCount)
        var view = self
        view.element = element
        view.scale = scale
        return view
    }

    /// Some images of a tensor.
    public func images(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= images)
        var view = self
        view.firstImage += range.lowerBound
        view.images = range.count
        return view
    }
}
