/// What a session keeps of frames, and which segments an input needs: decisions only.
///
/// All frames of an input but the oldest need a whole image branch, and there is a slot for each of those; of the oldest only the
/// first stage is compared with. What is kept is used only where everything that it was computed from is the same, bit for bit.
struct FrameMemory: Sendable {
    /// What is seen in a frame.
    private enum Content: Hashable, Sendable {
        case named(String)
        /// A frame without a name is not the same as any other.
        case unnamed(Int)
    }

    /// What a comparison was computed from.
    private struct Pair: Equatable, Sendable {
        let adjacent: Content
        let calibration: ExactValues
    }

    /// What depths were computed from.
    private struct Depth: Equatable, Sendable {
        let pair: Pair
        let camera: ExactValues
    }

    private struct Slot: Sendable {
        var content: Content?
        var pair: Pair?
        var depth: Depth?
    }

    /// A frame of an input.
    struct Frame: Sendable {
        var key: String
        var hasImages: Bool
        /// All that a comparison with the adjacent frame depends on besides images; not used of the oldest frame.
        var pair: ExactValues
        /// All that its depths depend on besides; not used of the oldest frame.
        var camera: ExactValues
    }

    private var slots: [Slot]
    private var unnamedCount = 0

    /// - Parameter slotCount: frames whose image branch is kept.
    init(slotCount: Int) {
        slots = [Slot](repeating: Slot(), count: slotCount)
    }

    func remembers(_ key: String) -> Bool {
        !key.isEmpty && slots.contains { $0.content == .named(key) }
    }

    mutating func forget() {
        slots = [Slot](repeating: Slot(), count: slots.count)
    }

    /// The segments that an input needs, in the order in which they are to be run; the memory is then that after the run.
    ///
    /// - Parameters:
    ///   - frames: newest first, one more than there are slots.
    ///   - isTapped: whether every segment must run for every frame: nothing is used that was kept, and nothing is kept.
    /// - Throws: `InferenceError` (`badInput`) where images are missing; the memory is then as before.
    mutating func runs(for frames: [Frame], isTapped: Bool) throws -> [SegmentRun] {
        let roles = slots.count
        var unnamed = unnamedCount
        let contents = frames.map { frame -> Content in
            if !isTapped && !frame.key.isEmpty { return .named(frame.key) }
            unnamed += 1
            return .unnamed(unnamed)
        }
        /// The frame whose images are those of a frame.
        func imageSource(_ index: Int) throws -> Int {
            if frames[index].hasImages { return index }
            let key = frames[index].key
            if !key.isEmpty, let same = frames.firstIndex(where: { $0.key == key && $0.hasImages }) { return same }
            throw InferenceError(
                .badInput,
                "frame \(index) of the input has 0 values of images, and frame '\(key)' is not remembered"
                    + (isTapped ? " while modules are tapped" : "") + "; give its images"
            )
        }

        var slots = isTapped ? [Slot](repeating: Slot(), count: roles) : self.slots
        let needed = contents.prefix(roles)
        let oldest = contents[roles]
        let oldestSlot = slots.firstIndex { $0.content == oldest }
        // Slots to be taken: that of the oldest frame last.
        var free = slots.indices.filter { slot in !needed.contains { slots[slot].content == $0 } }
        free.sort { (a, b) in a != oldestSlot && b == oldestSlot }

        var images: [SegmentRun] = []
        var slotOf: [Content: Int] = [:]
        for role in (0..<roles).reversed() where slotOf[contents[role]] == nil {
            if let slot = slots.firstIndex(where: { $0.content == contents[role] }) {
                slotOf[contents[role]] = slot
                continue
            }
            let slot = free.removeFirst()
            slotOf[contents[role]] = slot
            slots[slot] = Slot(content: contents[role])
            let calls = (0..<roles).filter { contents[$0] == contents[role] }.map { roles - 1 - $0 }.sorted()
            images.append(
                SegmentRun(segment: .image(slot: slot), frame: try imageSource(role), slot: slot, calls: calls)
            )
        }

        var runs: [SegmentRun] = []
        let oldestNow = slots.firstIndex { $0.content == oldest }
        let lastPair = Pair(adjacent: oldest, calibration: frames[roles - 1].pair)
        if oldestNow == nil, slots[slotOf[contents[roles - 1]]!].pair != lastPair {
            if let oldestSlot {
                runs.append(SegmentRun(segment: .keepReference, frame: roles, slot: oldestSlot))
            } else {
                runs.append(SegmentRun(segment: .reference, frame: try imageSource(roles)))
            }
        }
        runs += images
        for role in (0..<roles).reversed() {
            let slot = slotOf[contents[role]]!
            let call = [roles - 1 - role]
            let pair = Pair(adjacent: contents[role + 1], calibration: frames[role].pair)
            if slots[slot].pair != pair {
                let adjacent = role == roles - 1 ? oldestNow : slotOf[contents[role + 1]]
                runs.append(
                    SegmentRun(
                        segment: .pair(role: role),
                        frame: role,
                        slot: slot,
                        adjacentSlot: adjacent,
                        calls: call
                    )
                )
                slots[slot].pair = pair
            }
            let depth = Depth(pair: pair, camera: frames[role].camera)
            if slots[slot].depth != depth {
                runs.append(SegmentRun(segment: .depth(role: role), frame: role, slot: slot, calls: call))
                slots[slot].depth = depth
            }
            runs.append(SegmentRun(segment: .bev(role: role), frame: role, slot: slot, calls: call))
        }
        runs.append(SegmentRun(segment: .keyframe))
        self.slots = isTapped ? [Slot](repeating: Slot(), count: roles) : slots
        unnamedCount = unnamed
        return runs
    }
}

/// Numbers that are compared by their bits: equal inputs give equal results, and nothing else is taken for equal.
struct ExactValues: Equatable, Sendable {
    private let bits: [UInt32]

    init(_ values: [Float]...) {
        bits = values.flatMap { $0.map(\.bitPattern) }
    }
}
