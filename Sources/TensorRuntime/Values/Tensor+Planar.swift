internal import BinaryKernels

extension Tensor {
    /// A copy of all values in `[images, channels, height, width]` order.
    ///
    /// - Parameters:
    ///   - start: the first value of the view.
    ///   - block: channels of a block of the blocked layout.
    func planarValues(_ start: UnsafePointer<Float>, block: Int) -> [Float] {
        let perImage = channels * pixels
        return [Float](unsafeUninitializedCapacity: images * perImage) { target, count in
            for image in 0..<images {
                let source = start + image * imageStride
                let planes = target.baseAddress! + image * perImage
                switch layout {
                case .planar: planes.update(from: source, count: perImage)
                case .channelsLast: occ_to_planar(source, pixelStride, pixels, channels, planes)
                case .blocked:
                    for first in stride(from: 0, to: channels, by: block) {
                        occ_to_planar(
                            source + first * pixels,
                            block,
                            pixels,
                            min(block, channels - first),
                            planes + first * pixels
                        )
                    }
                }
            }
            count = images * perImage
        }
    }
}
