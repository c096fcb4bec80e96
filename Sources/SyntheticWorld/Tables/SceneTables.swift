internal import Foundation

/// Adds one scene's rows to the tables.
struct SceneTables {
    let scene: ScenePlan
    let tokens: TokenMaker
    let options: SyntheticOptions

    /// Adds all rows of the scene.
    ///
    /// - Parameter facts: what was measured at each sample, in order.
    func add(to tables: inout TableSet, facts: [SampleFacts]) {
        let name = scene.name
        let count = scene.sampleCount
        let samples = (0..<count).map { tokens.token("sample", name, "\($0)") }
        let log = tokens.token("log", name)
        let sceneToken = tokens.token("scene", name)
        tables.logs.append(
            .init(
                token: log,
                logfile: scene.log,
                vehicle: "synthetic",
                dateCaptured: "2030-01-01",
                location: "synthetic-town"
            )
        )
        tables.maps.append(
            .init(token: scene.mapToken, category: "semantic_prior", filename: scene.mapFile, logTokens: [log])
        )
        tables.scenes.append(
            .init(
                token: sceneToken,
                logToken: log,
                nbrSamples: count,
                firstSampleToken: samples[0],
                lastSampleToken: samples[count - 1],
                name: name,
                description: scene.description
            )
        )
        for index in 0..<count {
            tables.samples.append(
                .init(
                    token: samples[index],
                    timestamp: scene.clock.sample(index),
                    prev: index > 0 ? samples[index - 1] : "",
                    next: index + 1 < count ? samples[index + 1] : "",
                    sceneToken: sceneToken
                )
            )
        }
        if options.rig.isEmpty { addSensors(to: &tables, samples: samples) }
        addAnnotations(to: &tables, samples: samples, facts: facts)
    }

    private func addSensors(to tables: inout TableSet, samples: [String]) {
        let name = scene.name
        for camera in scene.rig.cameras {
            let t = camera.translation
            tables.calibratedSensors.append(
                .init(
                    token: tokens.token("calibrated_sensor", name, camera.channel),
                    sensorToken: TableSet.sensor(camera.channel, tokens),
                    translation: [t.x, t.y, t.z],
                    rotation: camera.quaternion,
                    cameraIntrinsic: [
                        [camera.focal, 0, camera.principalX], [0, camera.focal, camera.principalY], [0, 0, 1],
                    ]
                )
            )
        }
        let t = SensorRig.lidarTranslation
        let lidar = Pose(x: 0, y: 0, z: 0, yaw: SensorRig.lidarYaw)
        tables.calibratedSensors.append(
            .init(
                token: tokens.token("calibrated_sensor", name, SensorRig.lidarChannel),
                sensorToken: TableSet.sensor(SensorRig.lidarChannel, tokens),
                translation: [t.x, t.y, t.z],
                rotation: lidar.quaternion,
                cameraIntrinsic: []
            )
        )
        for (sensor, channel) in (SensorRig.cameraChannels + [SensorRig.lidarChannel]).enumerated() {
            let isLidar = sensor == SensorRig.cameraChannels.count
            let rows = samples.indices.map { tokens.token("sample_data", name, channel, "\($0)") }
            for index in samples.indices {
                let timestamp = isLidar ? scene.clock.sample(index) : scene.clock.camera(sensor, sample: index)
                let pose = scene.world.ego.pose(at: scene.clock.seconds(timestamp))
                // As in nuScenes, a row of sample_data and its ego pose share their token.
                tables.egoPoses.append(
                    .init(
                        token: rows[index],
                        timestamp: timestamp,
                        rotation: pose.quaternion,
                        translation: [pose.x, pose.y, pose.z]
                    )
                )
                tables.sampleData.append(
                    .init(
                        token: rows[index],
                        sampleToken: samples[index],
                        egoPoseToken: rows[index],
                        calibratedSensorToken: tokens.token("calibrated_sensor", name, channel),
                        timestamp: timestamp,
                        fileformat: isLidar ? "pcd" : "jpg",
                        isKeyFrame: true,
                        height: isLidar ? 0 : options.imageHeight,
                        width: isLidar ? 0 : options.imageWidth,
                        filename: isLidar
                            ? scene.lidarFile(index, stored: options.storesLidarPoints)
                            : scene.imageFile(sensor, index),
                        prev: index > 0 ? rows[index - 1] : "",
                        next: index + 1 < rows.count ? rows[index + 1] : ""
                    )
                )
            }
        }
    }

    private func addAnnotations(to tables: inout TableSet, samples: [String], facts: [SampleFacts]) {
        let name = scene.name
        for actor in scene.world.actors.indices {
            let thing = scene.world.actors[actor]
            let seen = facts.indices.filter { facts[$0].things[actor] != nil }
            guard let first = seen.first, let last = seen.last else { continue }
            func annotation(_ index: Int) -> String { tokens.token("sample_annotation", name, "\(actor)", "\(index)") }
            let instance = tokens.token("instance", name, "\(actor)")
            tables.instances.append(
                .init(
                    token: instance,
                    categoryToken: TableSet.category(thing.kind, tokens),
                    nbrAnnotations: seen.count,
                    firstAnnotationToken: annotation(first),
                    lastAnnotationToken: annotation(last)
                )
            )
            for (place, index) in seen.enumerated() {
                guard let fact = facts[index].things[actor] else { continue }
                let seconds = scene.clock.seconds(scene.clock.sample(index))
                let attribute = thing.attribute(at: seconds).map { TableSet.attribute($0, tokens) }
                tables.sampleAnnotations.append(
                    .init(
                        token: annotation(index),
                        sampleToken: samples[index],
                        instanceToken: instance,
                        visibilityToken: VisibleShare.token(fact.visibleShare),
                        attributeTokens: attribute.map { [$0] } ?? [],
                        translation: [fact.pose.x, fact.pose.y, fact.pose.z + Double(thing.size.z) / 2],
                        size: [Double(thing.size.y), Double(thing.size.x), Double(thing.size.z)],
                        rotation: fact.pose.quaternion,
                        prev: place > 0 ? annotation(seen[place - 1]) : "",
                        next: place + 1 < seen.count ? annotation(seen[place + 1]) : "",
                        numLidarPts: fact.lidarPoints,
                        numRadarPts: 0
                    )
                )
            }
        }
    }
}
