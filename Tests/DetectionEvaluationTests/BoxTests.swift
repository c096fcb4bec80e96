import Scenes
import Testing

@testable import Evaluation

@Suite struct BoxTests {
    private func annotation(
        _ category: String,
        at translation: SIMD3<Double> = .zero,
        attributes: [String] = [],
        points: Int = 1,
        size: SIMD3<Double> = SIMD3(1, 2, 1)
    ) -> BoxAnnotation {
        BoxAnnotation(
            category: category,
            attributes: attributes,
            translation: translation,
            size: size,
            rotation: Quaternion(yaw_rad: 0),
            velocity: nil,
            pointCount: points
        )
    }

    private func box(
        _ name: DetectionClass,
        at translation: SIMD3<Double> = .zero,
        yaw: Double = 0,
        size: SIMD3<Double> = SIMD3(1, 2, 1)
    ) throws -> DetectionBox {
        try DetectionBox(
            sampleToken: "s",
            translation: translation,
            size: size,
            rotation: Quaternion(yaw_rad: yaw),
            velocity: SIMD2(3, 4),
            name: name,
            score: 0.5,
            attribute: .vehicleParked
        )
    }

    @Test func fourteenCategoriesAreScored() {
        let categories = [
            "human.pedestrian.adult", "human.pedestrian.child", "human.pedestrian.wheelchair",
            "human.pedestrian.stroller", "human.pedestrian.personal_mobility", "human.pedestrian.police_officer",
            "human.pedestrian.construction_worker", "animal", "vehicle.car", "vehicle.motorcycle", "vehicle.bicycle",
            "vehicle.bus.bendy", "vehicle.bus.rigid", "vehicle.truck", "vehicle.construction",
            "vehicle.emergency.ambulance", "vehicle.emergency.police", "vehicle.trailer", "movable_object.barrier",
            "movable_object.trafficcone", "movable_object.pushable_pullable", "movable_object.debris",
            "static_object.bicycle_rack",
        ]
        let classes = categories.compactMap(DetectionClass.init(category:))
        #expect(classes.count == 14 && Set(classes) == Set(DetectionClass.allCases))
        #expect(DetectionClass.allCases.map(\.index) == Array(0..<10))
    }

    @Test func annotationsOfTheTenClassesAreJudged() throws {
        func truth(_ annotations: [BoxAnnotation]) throws -> DetectionGroundTruth {
            try DetectionGroundTruth(sampleToken: "s", egoTranslation: .zero, annotations: annotations)
        }
        let two = ["vehicle.moving", "vehicle.parked"]
        let mixed = try truth([
            annotation("animal", attributes: two), annotation("vehicle.car", attributes: ["vehicle.moving"]),
            annotation("static_object.bicycle_rack", attributes: ["unheard.of"]), annotation("vehicle.truck"),
        ])
        #expect(mixed.boxes.map(\.name) == [.car, .truck] && mixed.bicycleRacks.count == 1)
        #expect(mixed.boxes.map(\.attribute) == [.vehicleMoving, nil])
        for wrong in [
            annotation("vehicle.car", attributes: two), annotation("vehicle.car", attributes: ["unheard.of"]),
            annotation("vehicle.car", at: SIMD3(.nan, 0, 0)), annotation("vehicle.car", size: SIMD3(.infinity, 1, 1)),
        ] {
            let error = try #require(throws: EvaluationError.self) { try truth([annotation("animal"), wrong]) }
            #expect(error.kind == .invalidGroundTruth && error.detail.contains("annotation 1"))
        }
    }

    @Test(arguments: DetectionClass.allCases)
    func rangesAreRoundTheEgoVehicleAndStrict(name: DetectionClass) throws {
        let ego = SIMD3<Double>(100, 200, 3)
        let range = name.range_m
        let places = [SIMD3(range, 0, 0), SIMD3(range.nextDown, 0, 50), SIMD3(0, -range, 0), SIMD3(0, -range + 1, 0)]
        let category = World.category(of: name)
        let truth = try DetectionGroundTruth(
            sampleToken: "s",
            egoTranslation: .zero,
            annotations: places.map { annotation(category, at: $0) } + [annotation(category, points: 0)]
        )
        let filter = DetectionFilter(truth: truth)
        #expect(filter.scoredTruths.map(\.translation) == [places[1], places[3]])
        #expect(try filter.scored(places.map { try box(name, at: $0) }).map(\.translation) == [places[1], places[3]])
        let moved = try DetectionGroundTruth(sampleToken: "s", egoTranslation: ego, annotations: [])
        #expect(try DetectionFilter(truth: moved).scored([box(name, at: .zero), box(name, at: ego + 1)]).count == 1)
    }

    @Test func cyclesInRacksAreDropped() throws {
        let turned = BicycleRack(
            translation: SIMD3(10, 5, 1),
            size: SIMD3(2, 6, 2),
            rotation: Quaternion(yaw_rad: .pi / 2)
        )
        // Turned by 90 degrees the six metres of length lie along y, and the surface belongs to the rack.
        for (point, isIn) in [
            (SIMD3<Double>(10, 5, 1), true), (SIMD3(10, 7.9, 1), true), (SIMD3(10, 8.1, 1), false),
            (SIMD3(10.9, 5, 1.9), true), (SIMD3(11.1, 5, 1), false), (SIMD3(10, 5, 2.1), false),
        ] {
            #expect(turned.contains(point) == isIn, "\(point)")
        }
        let straight = BicycleRack(translation: .zero, size: SIMD3(2, 4, 2), rotation: Quaternion(yaw_rad: 0))
        #expect(straight.contains(SIMD3(2, 1, -1)))
        let rack = annotation(BicycleRack.category, points: 0, size: SIMD3(2, 4, 2))
        let names: [DetectionClass] = [.bicycle, .motorcycle, .pedestrian]
        let truth = try DetectionGroundTruth(
            sampleToken: "s",
            egoTranslation: .zero,
            annotations: [rack] + names.map { annotation(World.category(of: $0)) }
        )
        let filter = DetectionFilter(truth: truth)
        #expect(filter.scoredTruths.map(\.name) == [.pedestrian])
        #expect(try filter.scored(names.map { try box($0) }).map(\.name) == [.pedestrian])
    }

    @Test func errorsAreThoseOfTheDefinition() throws {
        let truth = DetectionGroundTruth.Box(
            name: .car,
            attribute: .vehicleMoving,
            translation: SIMD3(3, 4, 9),
            size: SIMD3(2, 4, 2),
            rotation: Quaternion(yaw_rad: 3),
            velocity: SIMD2(0, 0),
            pointCount: 1
        )
        let errors = BoxErrors(try box(.car, yaw: -3, size: SIMD3(1, 4, 2)), truth)
        #expect(errors.translation_m == 5 && errors.scale == 0.5 && errors.velocity_mps == 5)
        #expect(abs(errors.orientation_rad - (2 * .pi - 6)) < 1e-12)
        #expect(errors.attributeIsWrong == true)
    }

    @Test(arguments: [0.0, 0.7, 1.5, 2.0, 3.0, -2.5])
    func barriersHaveNoFront(yaw: Double) throws {
        func error(_ name: DetectionClass, _ turn: Double) throws -> Double {
            let truth = DetectionGroundTruth.Box(
                name: name,
                attribute: nil,
                translation: .zero,
                size: SIMD3(1, 1, 1),
                rotation: Quaternion(yaw_rad: yaw),
                velocity: nil,
                pointCount: 1
            )
            let errors = BoxErrors(try box(name, yaw: yaw + turn), truth)
            #expect(errors.velocity_mps == nil && errors.attributeIsWrong == nil)
            return errors.orientation_rad
        }
        #expect(try abs(error(.barrier, .pi + 0.25) - 0.25) < 1e-12)
        #expect(try abs(error(.car, .pi + 0.25) - (.pi - 0.25)) < 1e-12)
        #expect(try abs(error(.barrier, .pi / 2) - .pi / 2) < 1e-12)
    }

    @Test func rotationsNeedNotBeOfUnitLength() {
        #expect(abs(Quaternion(w: 3, x: 0, y: 0, z: 3).yaw_rad - .pi / 2) < 1e-15)
        #expect(Quaternion(w: 0, x: 0, y: 0, z: 0).yaw_rad == 0)
    }

    @Test func distancesAreStrictAndTheNearestFreeBoxIsTaken() throws {
        let truths = try DetectionGroundTruth(
            sampleToken: "s",
            egoTranslation: .zero,
            annotations: [annotation("vehicle.car"), annotation("vehicle.car", at: SIMD3(3, 0, 0))]
        ).boxes
        // The last is tried first: its score is equal and it stands later.
        let boxes = try [box(.car, at: SIMD3(0, 2, 0)), box(.car, at: SIMD3(1, 0, 7)), box(.truck, at: .zero)]
        let matches = try SampleMatcher.match(boxes, truths, sample: "s")
        // 1 m: not at 0.5 and 1, but at 2 and 4. For the other, 2 m from the taken box and 3.6 m from the second.
        #expect(matches.map(\.thresholds) == [0b1000, 0b1100, 0])
        #expect(matches.map { $0.errors != nil } == [false, true, false])
    }

    @Test func predictedSizesAreJudgedWhetherTheyMatchOrNot() throws {
        let truth = try DetectionGroundTruth(
            sampleToken: "s",
            egoTranslation: .zero,
            annotations: [annotation("vehicle.car")]
        )
        for place in [SIMD3<Double>(0, 0, 0), SIMD3(20, 0, 0), SIMD3(900, 0, 0)] {
            for size in [SIMD3<Double>(1, 0, 1), SIMD3(1, 2, -1.5)] {
                var matches = DetectionMatches()
                let error = try #require(throws: EvaluationError.self) {
                    try matches.accumulate(predictions: [box(.car, at: place, size: size)], truth: truth, order: 0)
                }
                #expect(error.kind == .invalidPrediction && error.source == "s" && matches.sampleCount == 0)
                #expect(
                    error.detail.contains("[1.0, \(size.y), \(size.z)]") && !error.detail.contains("SIMD"),
                    "\(error)"
                )
            }
        }
    }

    @Test func sizesOfZeroAreRefusedWhereTheyMatter() throws {
        let truths = try DetectionGroundTruth(
            sampleToken: "s",
            egoTranslation: .zero,
            annotations: [annotation("vehicle.car"), annotation("vehicle.truck", size: SIMD3(0, 1, 1))]
        ).boxes
        let error = try #require(throws: EvaluationError.self) {
            try SampleMatcher.match([box(.truck)], truths, sample: "s")
        }
        #expect(error.kind == .invalidGroundTruth)
        #expect(error.detail.contains("[0.0, 1.0, 1.0]"))
        let far = try box(.truck, at: SIMD3(20, 0, 0))
        #expect(try SampleMatcher.match([far], truths, sample: "s").map(\.thresholds) == [0])
        #expect(throws: EvaluationError.self) { try box(.car, at: SIMD3(0, .infinity, 0)) }
    }
}
