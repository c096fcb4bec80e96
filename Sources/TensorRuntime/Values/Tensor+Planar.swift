internal import BinaryKernels

extension Tensor {
    /// A copy of all values in `[images, channels, height, width]` order.
    ///
    /// - Parameters:
    ///   - start: the first value of the view, which is of float32 or bfloat16.
    ///   - block: channels of a block of the blocked layout.
    func planarValues(_ start: UnsafeRawPointer, block: Int) -> [Float] {
        let read = element.ofKernels
        let perImage = channels * pixels
        return [Float](unsafeUninitializedCapacity: images * perImage) { target, count in
            for image in 0..<images {
                let source = start + image * imageStride * element.byteCount
                let planes = target.baseAddress! + image * perImage
                switch layout {
                case .planar: occ_copy_values(source, read, perImage, planes, occ_element_float32)
                case .channelsLast:
                    occ_to_planar(occ_map(values: source, stride: pixelStride, element: read), pixels, channels, planes)
                case .blocked:
                    for first in stride(from: 0, to: channels, by: block) {
                        occ_to_planar(
                            occ_map(
                                values: source + first * pixels * element.byteCount,
                                stride: block,
                                element: read
                            ),
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
