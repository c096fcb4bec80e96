internal import Foundation
internal import ImageFiles

/// Renders one camera's picture of a frozen world.
struct CameraRenderer {
    let world: FrameWorld
    let camera: SceneCamera
    /// The ego vehicle's pose when the camera fires.
    let ego: Pose
    /// Sets the sensor's noise apart from other pictures'.
    let noiseSeed: UInt64

    /// Where a pixel's ray ends, to find outlines: a solid's index, or -2 - kind for ground, or -1 for sky, or `unseen`.
    typealias Identity = Int32
    /// Stands for pixels that the lens does not reach.
    private static let unseen = Identity.min

    /// Renders the picture.
    func render() -> RGBImage {
        let width = camera.width
        let height = camera.height
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        let identities = UnsafeMutablePointer<Identity>.allocate(capacity: width * height)
        let stack = RayStack()
        let tone = ToneCurve.shared
        defer {
            identities.deallocate()
            stack.free()
        }
        let view = camera.view(ego: ego)
        var tracer = PixelTracer(world: world, stack: stack, pixelAngle: camera.pixelAngle)
        pixels.withUnsafeMutableBufferPointer { target in
            guard let out = target.baseAddress else { return }
            for y in 0..<height {
                for x in 0..<width {
                    let direction = view.direction(Float(x), Float(y))
                    guard direction != Vector(repeating: 0) else {
                        identities[y * width + x] = Self.unseen
                        continue
                    }
                    let sample = tracer.trace(view.origin, direction)
                    identities[y * width + x] = sample.identity
                    tone.store(sample.color * world.lighting.exposure, out + (y * width + x) * 3)
                }
            }
            smoothOutlines(out, identities, view, &tracer, tone)
            finish(out)
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// Traces two more rays through pixels whose neighbours belong to something else.
    private func smoothOutlines(
        _ out: UnsafeMutablePointer<UInt8>,
        _ identities: UnsafeMutablePointer<Identity>,
        _ view: CameraView,
        _ tracer: inout PixelTracer,
        _ tone: ToneCurve
    ) {
        let width = camera.width
        let height = camera.height
        let offsets: [SIMD2<Float>] = [SIMD2(0.34, 0.17), SIMD2(-0.17, -0.34)]
        var extra: (UInt8, UInt8, UInt8) = (0, 0, 0)
        withUnsafeMutableBytes(of: &extra) { raw in
            let color = raw.baseAddress!.assumingMemoryBound(to: UInt8.self)
            for y in 0..<height {
                for x in 0..<width {
                    let i = y * width + x
                    let own = identities[i]
                    let isInner =
                        (x == 0 || identities[i - 1] == own) && (x == width - 1 || identities[i + 1] == own)
                        && (y == 0 || identities[i - width] == own)
                        && (y == height - 1 || identities[i + width] == own)
                    if isInner || own == Self.unseen { continue }
                    var sum = SIMD3<Int32>(Int32(out[i * 3]), Int32(out[i * 3 + 1]), Int32(out[i * 3 + 2]))
                    for offset in offsets {
                        let direction = view.direction(Float(x) + offset.x, Float(y) + offset.y)
                        // At the lens's rim only a part of a pixel sees something.
                        guard direction != Vector(repeating: 0) else { continue }
                        let sample = tracer.trace(view.origin, direction)
                        tone.store(sample.color * world.lighting.exposure, color)
                        sum &+= SIMD3(Int32(color[0]), Int32(color[1]), Int32(color[2]))
                    }
                    out[i * 3] = UInt8(truncatingIfNeeded: (sum.x &+ 1) / 3)
                    out[i * 3 + 1] = UInt8(truncatingIfNeeded: (sum.y &+ 1) / 3)
                    out[i * 3 + 2] = UInt8(truncatingIfNeeded: (sum.z &+ 1) / 3)
                }
            }
        }
    }

    /// Adds the lens's fall-off towards the corners and the sensor's noise.
    private func finish(_ out: UnsafeMutablePointer<UInt8>) {
        let width = camera.width
        let height = camera.height
        var state = noiseSeed | 1
        let centerX = Float(width) / 2
        let centerY = Float(height) / 2
        let scale = 1 / (centerX * centerX + centerY * centerY)
        for y in 0..<height {
            let dy = Float(y) - centerY
            for x in 0..<width {
                let dx = Float(x) - centerX
                let fall = Int32(256 - 34 * (dx * dx + dy * dy) * scale)
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Sums of two dice of 0...3: triangular noise of about one and a half levels.
                let dice = state >> 40
                let offset = (y * width + x) * 3
                for channel in 0..<3 {
                    let roll =
                        Int32(truncatingIfNeeded: (dice >> (UInt64(channel) * 4)) & 3)
                        + Int32(truncatingIfNeeded: (dice >> (UInt64(channel) * 4 + 2)) & 3) - 3
                    let value = (Int32(out[offset + channel]) * fall) >> 8
                    out[offset + channel] = UInt8(clamping: value &+ roll)
                }
            }
        }
    }
}
