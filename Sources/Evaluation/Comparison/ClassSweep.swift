/// One pass over a class's ranking that finds AP at four distances and the five errors of 32 sums of scenes.
///
/// What `DetectionCurve` computes of a list in which each scene's predictions stand as often as the scene weighs. Predictions that match
/// nothing, nearly all of them, cost one addition of 32 numbers. At a match, hits are added likewise; only where they pass one of the
/// recalls at which precision is taken, the sums concerned are looked at one by one.
struct ClassSweep {
    /// AP, the mean over distances, by sum.
    private(set) var averagePrecisions: [Double]
    /// By sum, the mean errors in the order of `DetectionErrorKind.allCases`.
    private(set) var errors: [SIMD8<Double>]

    private static let lanes = SceneWeights.lanes
    private static let distances = DetectionSettings.distanceThresholds_m.count
    private static let errorDistance = DetectionSettings.errorThresholdIndex
    private typealias Counts = SIMD32<Int32>

    private let ranking: ClassRanking
    private let weights: [Counts]
    private let truths: Counts
    /// By distance: hits so far, and hits that must be passed for the next recall.
    private var hits: [Counts]
    private var needs: [Counts]
    /// By distance, then by sum: the next recall, and the sum of what precision exceeds the least by.
    private var next: [Int]
    private var excess: [Double]
    /// By sum: errors of the hits so far; their means at the recalls so far, added up, and how many.
    private var errorSums: [ErrorSums]
    private var meanSums: [SIMD8<Double>]
    private var meanCounts: [Double]
    /// Hits at the distance for errors so far, whatever they weigh.
    private var hitCount = 0

    init(_ ranking: ClassRanking, _ weights: SceneWeights) {
        self.ranking = ranking
        self.weights = weights.counts
        let lanes = Self.lanes
        var truths = Counts.zero
        for (weight, count) in zip(weights.counts, ranking.truths) { truths &+= weight &* Counts(repeating: count) }
        self.truths = truths
        hits = [Counts](repeating: .zero, count: Self.distances)
        needs = hits
        next = [Int](repeating: DetectionSettings.firstScoredPoint, count: Self.distances * lanes)
        excess = [Double](repeating: 0, count: Self.distances * lanes)
        errorSums = [ErrorSums](repeating: ErrorSums(), count: lanes)
        meanSums = [SIMD8<Double>](repeating: .zero, count: lanes)
        meanCounts = [Double](repeating: 0, count: lanes)
        averagePrecisions = meanCounts
        errors = meanSums
        for distance in 0..<Self.distances {
            for lane in 0..<lanes {
                needs[distance][lane] = Self.need(DetectionSettings.firstScoredPoint, truths[lane])
            }
        }
        sweep()
        finish()
    }

    /// The most hits whose recall is not above a recall point.
    private static func need(_ point: Int, _ truths: Int32) -> Int32 {
        guard truths > 0 else { return .max }
        let recall = DetectionCurve.recall[point]
        var count = Int32(recall * Double(truths))
        while count < truths, Double(count + 1) / Double(truths) <= recall { count += 1 }
        while count > 0, Double(count) / Double(truths) > recall { count -= 1 }
        return count
    }

    private mutating func sweep() {
        var total = Counts.zero
        let ranking = ranking
        let weights = weights
        ranking.scenes.withUnsafeBufferPointer { scenes in
            ranking.marks.withUnsafeBufferPointer { marks in
                weights.withUnsafeBufferPointer { weights in
                    for place in scenes.indices {
                        let weight = weights[Int(scenes[place])]
                        let mark = marks[place]
                        if mark != 0 { match(place, mark, weight, before: total) }
                        total &+= weight
                    }
                }
            }
        }
        var last = total
        for (weight, count) in zip(weights, ranking.tails) { last &+= weight &* Counts(repeating: count) }
        for distance in 0..<Self.distances { end(distance, total: last) }
    }

    /// Adds a prediction that matches at some distances.
    private mutating func match(_ place: Int, _ mark: UInt8, _ weight: Counts, before: Counts) {
        for distance in 0..<Self.distances where mark & 1 << UInt8(distance) != 0 {
            let earlier = hits[distance]
            let now = earlier &+ weight
            hits[distance] = now
            if Self.anyNegative(needs[distance] &- now) {
                for lane in 0..<Self.lanes where now[lane] > needs[distance][lane] {
                    pass(distance, lane, place, hits: earlier[lane], weight: weight[lane], before: before[lane])
                }
            }
            if distance == Self.errorDistance { addErrors(weight) }
        }
    }

    private mutating func addErrors(_ weight: Counts) {
        let sums = ranking.hits[hitCount].sums
        hitCount += 1
        for lane in 0..<Self.lanes { errorSums[lane].add(Double(weight[lane]), sums) }
    }

    @inline(__always) private static func anyNegative(_ value: Counts) -> Bool {
        let sixteen = value.lowHalf | value.highHalf
        let eight = sixteen.lowHalf | sixteen.highHalf
        let four = eight.lowHalf | eight.highHalf
        let two = four.lowHalf | four.highHalf
        return two.x | two.y < 0
    }

    // MARK: - One sum at a recall

    /// Takes precision, and at the distance for errors the errors, at the recalls that a prediction passes.
    private mutating func pass(
        _ distance: Int,
        _ lane: Int,
        _ place: Int,
        hits earlier: Int32,
        weight: Int32,
        before: Int32
    ) {
        let count = Double(truths[lane])
        let slot = distance * Self.lanes + lane
        let isJudged = distance == Self.errorDistance
        let score = ranking.scores[place]
        while next[slot] < DetectionSettings.recallPoints, needs[distance][lane] < earlier + weight {
            let recall = DetectionCurve.recall[next[slot]]
            let hit = needs[distance][lane]
            // Copies of the prediction that stand before the recall.
            let copies = hit - earlier
            let x = Double(hit) / count
            let precision: Double
            var confidence = score
            let after = Double(hit + 1) / Double(before + copies + 1)
            if before + copies == 0 {
                precision = after
            } else {
                let here = Double(hit) / Double(before + copies)
                let width = Double(hit + 1) / count - x
                precision = x == recall ? here : (after - here) / width * (recall - x) + here
                if isJudged, copies == 0 {
                    let earlierScore = scoreBefore(place, lane)
                    confidence =
                        x == recall ? earlierScore : (score - earlierScore) / width * (recall - x) + earlierScore
                }
            }
            excess[slot] += max(precision - DetectionSettings.minimumPrecision, 0)
            if isJudged, confidence != 0 { takeErrors(lane, confidence, score, hasHits: earlier > 0) }
            advance(distance, lane)
        }
    }

    private mutating func advance(_ distance: Int, _ lane: Int) {
        let slot = distance * Self.lanes + lane
        next[slot] += 1
        needs[distance][lane] =
            next[slot] < DetectionSettings.recallPoints ? Self.need(next[slot], truths[lane]) : .max
    }

    /// The score of the last prediction of a sum that stands before a place; there is one.
    private func scoreBefore(_ place: Int, _ lane: Int) -> Double {
        var earlier = place - 1
        while earlier > 0, weights[Int(ranking.scenes[earlier])][lane] == 0 { earlier -= 1 }
        return ranking.scores[earlier]
    }

    /// The recall that the last prediction reaches exactly, where it is one at which precision is taken.
    private mutating func end(_ distance: Int, total: Counts) {
        for lane in 0..<Self.lanes {
            let slot = distance * Self.lanes + lane
            let reached = hits[distance][lane]
            guard reached > 0, next[slot] < DetectionSettings.recallPoints,
                Double(reached) / Double(truths[lane]) == DetectionCurve.recall[next[slot]]
            else { continue }
            let precision = Double(reached) / Double(total[lane])
            excess[slot] += max(precision - DetectionSettings.minimumPrecision, 0)
            guard distance == Self.errorDistance else { continue }
            var lowest = Double.infinity
            for (weight, score) in zip(weights, ranking.lowestScores) where weight[lane] != 0 {
                lowest = min(lowest, score)
            }
            guard lowest != 0 else { continue }
            let last = lastHit(lane)
            add(lane, last.score == lowest ? last.first : errorSums[lane].means(orElse: 0))
        }
    }

    // MARK: - Errors

    /// Takes the errors at a confidence that a hit reaches, or that lies between its score and the one before.
    private mutating func takeErrors(_ lane: Int, _ confidence: Double, _ score: Double, hasHits: Bool) {
        var sums = errorSums[lane]
        let earlier = sums.means(orElse: 0)
        sums.add(1, ranking.hits[hitCount].sums)
        let first = sums.means(orElse: 0)
        guard hasHits else { return add(lane, first) }
        let last = lastHit(lane)
        if confidence == last.score { return add(lane, last.first) }
        if confidence == score { return add(lane, first) }
        add(lane, (earlier - first) / (last.score - score) * (confidence - score) + first)
    }

    private mutating func add(_ lane: Int, _ means: SIMD8<Double>) {
        meanSums[lane] += means
        meanCounts[lane] += 1
    }

    /// The score of a sum's last hit so far, and the means of errors up to the first of the hits that have this score; there is one.
    private func lastHit(_ lane: Int) -> (score: Double, first: SIMD8<Double>) {
        var index = hitCount - 1
        func weight(_ index: Int) -> Double {
            Double(weights[Int(ranking.scenes[ranking.hits[index].place])][lane])
        }
        while index > 0, weight(index) == 0 { index -= 1 }
        let score = ranking.scores[ranking.hits[index].place]
        // Take off the hits of this score, then put the first copy of the first back.
        var sums = errorSums[lane]
        var first = index
        while index >= 0, ranking.scores[ranking.hits[index].place] == score {
            let times = weight(index)
            if times > 0 {
                sums.add(-times, ranking.hits[index].sums)
                first = index
            }
            index -= 1
        }
        sums.add(1, ranking.hits[first].sums)
        return (score, sums.means(orElse: 0))
    }

    private mutating func finish() {
        let points = Double(DetectionSettings.recallPoints - DetectionSettings.firstScoredPoint)
        for lane in 0..<Self.lanes {
            let sum = (0..<Self.distances).reduce(0.0) { $0 + excess[$1 * Self.lanes + lane] }
            averagePrecisions[lane] =
                sum / points / (1 - DetectionSettings.minimumPrecision) / Double(Self.distances)
            // Errors are 1 where too few boxes are found, and where none of those that are found is judged.
            let all = errorSums[lane].values
            errors[lane] = meanCounts[lane] == 0 ? SIMD8(repeating: 1) : meanSums[lane] / meanCounts[lane]
            if all[5] == 0 { errors[lane][3] = 1 }
            if all[6] == 0 { errors[lane][4] = 1 }
        }
    }
}
