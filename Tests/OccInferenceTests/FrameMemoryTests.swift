import Testing

@testable import OccInference

/// Which segments an input needs, without a network.
@Suite struct FrameMemoryTests {
    /// A frame whose comparison and camera are told by numbers.
    private func frame(_ key: String, _ images: Bool = true, pair: Float = 0, camera: Float = 0) -> FrameMemory.Frame {
        FrameMemory.Frame(
            key: key,
            hasImages: images,
            pair: ExactValues([pair]),
            camera: ExactValues([camera])
        )
    }

    private func segments(
        _ memory: inout FrameMemory,
        _ frames: [FrameMemory.Frame],
        isTapped: Bool = false
    ) throws -> [FrameSegment] {
        try memory.runs(for: frames, isTapped: isTapped).map(\.segment)
    }

    private let anew: [FrameSegment] = [
        .reference, .image(slot: 0), .image(slot: 1), .pair(role: 1), .depth(role: 1), .bev(role: 1), .pair(role: 0),
        .depth(role: 0), .bev(role: 0), .keyframe,
    ]

    @Test func framesWithoutNamesAreComputedAnew() throws {
        var memory = FrameMemory(slotCount: 2)
        for _ in 0..<2 { #expect(try segments(&memory, [frame(""), frame(""), frame("")]) == anew) }
        #expect(!memory.remembers(""))
    }

    /// In scene order one image branch and one comparison a keyframe; the previous frame's depths only if its camera inputs changed.
    @Test func sceneOrderComputesOneFrame() throws {
        var memory = FrameMemory(slotCount: 2)
        #expect(
            try segments(&memory, [frame("a"), frame("a", false), frame("a", false)]) == [
                .image(slot: 0), .pair(role: 1), .depth(role: 1), .bev(role: 1), .bev(role: 0), .keyframe,
            ]
        )
        // The oldest frame of the second keyframe is the keyframe itself, so the comparison is another one.
        #expect(
            try segments(&memory, [frame("b"), frame("a", false), frame("b", false)]) == [
                .image(slot: 1), .pair(role: 1), .depth(role: 1), .bev(role: 1), .pair(role: 0), .depth(role: 0),
                .bev(role: 0), .keyframe,
            ]
        )
        #expect(memory.remembers("a") && memory.remembers("b") && !memory.remembers("c"))
        let third = try memory.runs(
            for: [frame("c", camera: 3), frame("b", false, camera: 3), frame("a", false)],
            isTapped: false
        )
        #expect(
            third.map(\.segment) == [
                .image(slot: 0), .depth(role: 1), .bev(role: 1), .pair(role: 0), .depth(role: 0), .bev(role: 0),
                .keyframe,
            ]
        )
        #expect(third[1].slot == 1 && third[3].slot == 0 && third[3].adjacentSlot == 1)
        // A car that stands: not even the previous frame's depths change.
        #expect(
            try segments(&memory, [frame("d", camera: 3), frame("c", false, camera: 3), frame("b", false)]) == [
                .image(slot: 1), .bev(role: 1), .pair(role: 0), .depth(role: 0), .bev(role: 0), .keyframe,
            ]
        )
        #expect(!memory.remembers("b"))
        memory.forget()
        #expect(!memory.remembers("d"))
    }

    /// What was compared under another calibration is compared anew, from the frame's first stage even when its slot is taken.
    @Test func otherCalibrationsAreComputedAnew() throws {
        var memory = FrameMemory(slotCount: 2)
        _ = try segments(&memory, [frame("b"), frame("a"), frame("z")])
        let runs = try memory.runs(
            for: [frame("c"), frame("b", false, pair: 1), frame("a", false)],
            isTapped: false
        )
        #expect(
            runs.map(\.segment) == [
                .keepReference, .image(slot: 0), .pair(role: 1), .depth(role: 1), .bev(role: 1), .pair(role: 0),
                .depth(role: 0), .bev(role: 0), .keyframe,
            ]
        )
        #expect(runs[0].slot == 0 && runs[2].slot == 1 && runs[2].adjacentSlot == nil)
    }

    /// An older frame that is not remembered is read for its first stage while both slots stay.
    @Test func strangersAreReferencesOnly() throws {
        var memory = FrameMemory(slotCount: 2)
        _ = try segments(&memory, [frame("b"), frame("a"), frame("z")])
        #expect(
            try segments(&memory, [frame("b", false), frame("a", false), frame("y")]) == [
                .reference, .pair(role: 1), .depth(role: 1), .bev(role: 1), .bev(role: 0), .keyframe,
            ]
        )
    }

    @Test func oneSlotServesTwoPlaces() throws {
        var memory = FrameMemory(slotCount: 2)
        let runs = try memory.runs(for: [frame("b"), frame("b"), frame("a")], isTapped: false)
        #expect(
            runs.map(\.segment) == [
                .reference, .image(slot: 0), .pair(role: 1), .depth(role: 1), .bev(role: 1), .pair(role: 0),
                .depth(role: 0), .bev(role: 0), .keyframe,
            ]
        )
        #expect(runs[1].calls == [0, 1])
        #expect(runs[5].adjacentSlot == 0)
    }

    /// Every module is called for every frame while something is tapped, as in the published code, and nothing is kept.
    @Test func tapsUseNothingThatWasKept() throws {
        var memory = FrameMemory(slotCount: 2)
        _ = try segments(&memory, [frame("a"), frame("a"), frame("a")])
        #expect(try segments(&memory, [frame("a"), frame("a", false), frame("a", false)], isTapped: true) == anew)
        #expect(!memory.remembers("a"))
    }

    @Test func missingImagesAreAnErrorThatChangesNothing() throws {
        var memory = FrameMemory(slotCount: 2)
        _ = try segments(&memory, [frame("b"), frame("a"), frame("a")])
        for frames in [
            [frame("c", false), frame("b", false), frame("a", false)],
            [frame("b", false), frame("a", false, pair: 5), frame("y", false)],
            [frame("", false), frame("b", false), frame("a", false)],
        ] {
            let error = #expect(throws: InferenceError.self) { try segments(&memory, frames) }
            #expect(error?.kind == .badInput)
            #expect(memory.remembers("a") && memory.remembers("b"))
        }
        // A frame of which nothing is needed may lack images, remembered or not.
        _ = try segments(&memory, [frame("c"), frame("b", false), frame("a", false)])
        _ = try segments(&memory, [frame("c", false), frame("b", false), frame("a", false)])
    }

    /// Random scenes: whatever is asked for, each comparison reads its own frame and the one before it.
    @Test func everyComparisonReadsItsTwoFrames() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            var bits = seed &* 0x9E37_79B9_7F4A_7C15
            func draw(_ limit: UInt64) -> Int {
                bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int((bits >> 33) % limit)
            }
            var memory = FrameMemory(slotCount: 2)
            // What stands where, followed step by step as a session would.
            var (slots, reference) = (["", ""], "")
            for _ in 0..<30 {
                let names = (0..<3).map { _ in ["a", "b", "c", "d"][draw(4)] }
                let frames = names.map { frame($0, !memory.remembers($0) || draw(2) == 0, pair: Float(draw(2))) }
                let runs = try memory.runs(for: frames, isTapped: false)
                for run in runs {
                    switch run.segment {
                    case .reference: reference = names[run.frame]
                    case .keepReference: reference = slots[run.slot]
                    case .image(let slot): slots[slot] = names[run.frame]
                    case .pair(let role):
                        #expect(slots[run.slot] == names[role], "seed \(seed)")
                        #expect(run.adjacentSlot.map { slots[$0] } ?? reference == names[role + 1], "seed \(seed)")
                    case .depth(let role), .bev(let role): #expect(slots[run.slot] == names[role], "seed \(seed)")
                    case .keyframe: break
                    }
                    if run.segment == .reference || run.segment == .image(slot: run.slot) {
                        #expect(frames[run.frame].hasImages, "seed \(seed)")
                    }
                }
            }
        }
    }
}
