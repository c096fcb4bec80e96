public import ImageFiles
public import Scenes

/// One camera's picture with what follows from its calibration drawn into it, so that a wrong convention shows at sight: the horizon, a grid
/// on the road, the axes of the ego frame, and boxes; lines bend as the lens has it, and what is not used is tinted.
public struct CameraOverlay: Sendable {
    /// The camera at the moment of its picture; the road is at height 0 of its ego frame.
    public var frame: CameraFrame
    /// The picture.
    public var picture: RGBImage
    /// Red is 0 where pixels are not used; of any size; nil where all are.
    public var mask: RGBImage?
    /// Annotated boxes, in the global frame.
    public var boxes: [MarkedBox]

    /// Makes an overlay.
    public init(frame: CameraFrame, picture: RGBImage, mask: RGBImage? = nil, boxes: [MarkedBox] = []) {
        self.frame = frame
        self.picture = picture
        self.mask = mask
        self.boxes = boxes
    }

    /// What is not used is mixed with this colour.
    static let unused = Colour(230, 0, 60)
    /// The lens is asked once for so many pixels across and down.
    private static let block = 4

    /// The picture, tinted where the mask or the lens takes pixels away.
    var tinted: RGBImage {
        let model = CameraModel(intrinsics: frame.intrinsics, lens: frame.lens)
        var tinted = picture
        let scale = SIMD2(
            Double(frame.width) / Double(max(1, picture.width)),
            Double(frame.height) / Double(max(1, picture.height))
        )
        for top in stride(from: 0, to: picture.height, by: Self.block) {
            for left in stride(from: 0, to: picture.width, by: Self.block) {
                let middle = SIMD2(Double(left), Double(top)) + Double(Self.block) / 2
                let isSeen = model?.unproject(middle * scale - 0.5) != nil
                for y in top..<min(top + Self.block, picture.height) {
                    for x in left..<min(left + Self.block, picture.width) where !isSeen || !isUsed(x, y) {
                        let place = (y * picture.width + x) * 3
                        for (part, colour) in [Self.unused.red, Self.unused.green, Self.unused.blue].enumerated() {
                            tinted.pixels[place + part] = UInt8((Int(tinted.pixels[place + part]) + Int(colour)) / 2)
                        }
                    }
                }
            }
        }
        return tinted
    }

    private func isUsed(_ x: Int, _ y: Int) -> Bool {
        guard let mask, mask.width > 0, mask.height > 0 else { return true }
        return mask.pixels[(y * mask.height / picture.height * mask.width + x * mask.width / picture.width) * 3] != 0
    }
}
