internal import Glibc
public import Scenes

/// Reads the annotated boxes of scenes from a nuScenes dataset.
///
/// ```swift
/// let dataset = try NuScenesDataset.open(root: "/data/nuscenes", version: "v1.0-trainval")
/// let scenes = try AnnotationTables.read(dataset, scenes: dataset.scenes(ofSplit: "val").present)
/// ```
///
/// Read are `sample`, `category`, `instance`, `attribute`, `sample_annotation`, `sensor`, `calibrated_sensor`, `sample_data` and
/// `ego_pose`, each in windows; memory depends on the scenes asked for, not on the tables.
public enum AnnotationTables {
    /// Reads the boxes of scenes.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - names: names of the scenes.
    /// - Returns: the scenes in the order asked for.
    /// - Throws: `DatasetError` when a scene is unknown, named twice, or its chain of samples is broken; when a table is missing or broken;
    ///   when a row refers to nothing, a box's neighbour in time is not in the scenes asked for, or a sample has no ego pose of LIDAR_TOP.
    public static func read(
        _ dataset: NuScenesDataset,
        scenes names: [String]
    ) throws(DatasetError) -> [SceneAnnotations] {
        try read(dataset, scenes: names) { (samples, sceneOfSample) throws(DatasetError) in
            try LidarPoseTable.read(folder: dataset.folder, samples: samples, sceneOfSample: sceneOfSample).poses
        }
    }

    /// Reads the boxes of scenes whose lidar poses are known already, which spares the two largest tables.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - scenes: scenes that `NuScenesDataset.resolve` gave.
    /// - Returns: the scenes in the order given; nil where the dataset has no annotations of them: `sample_annotation.json` is missing
    ///   or has no box of theirs, as in nuScenes' test split.
    /// - Throws: as `read(_:scenes:)`.
    public static func read(
        _ dataset: NuScenesDataset,
        of scenes: [SceneFrames]
    ) throws(DatasetError) -> [SceneAnnotations]? {
        var status = stat()
        let table = "\(dataset.folder)/sample_annotation.json"
        guard stat(table, &status) == 0 else {
            let code = errno
            if code == ENOENT { return nil }
            throw .problem(.unreadable(table, code))
        }
        var known: [String: RigidTransform] = [:]
        for sample in scenes.lazy.flatMap(\.samples) { known[sample.token] = sample.lidar?.egoToGlobal }
        let poses = known
        let read = try read(dataset, scenes: scenes.map(\.name)) { (samples, sceneOfSample) throws(DatasetError) in
            var found = [RigidTransform?](repeating: nil, count: samples.rows.count)
            for (index, scene) in sceneOfSample.enumerated() where scene != nil {
                guard let pose = poses[samples.rows[index].token.description] else {
                    throw LidarPoseTable.noPose(samples, index, scene: scene)
                }
                found[index] = pose
            }
            return found
        }
        return read.contains { $0.samples.contains { !$0.boxes.isEmpty } } ? read : nil
    }

    private static func read(
        _ dataset: NuScenesDataset,
        scenes names: [String],
        poses readPoses: (SampleTable, [String?]) throws(DatasetError) -> [RigidTransform?]
    ) throws(DatasetError) -> [SceneAnnotations] {
        let folder = dataset.folder
        let scenes = dataset.sceneTable
        let samples = try SampleTable.read(folder: folder, scenes: scenes)
        var sceneOfSample = [String?](repeating: nil, count: samples.rows.count)
        var chains: [(name: String, samples: [Int])] = []
        for name in names {
            let chain = try chain(of: name, scenes: scenes, samples: samples)
            for sample in chain {
                guard sceneOfSample[sample] == nil else {
                    throw .problem(
                        DatasetProblem(
                            .duplicateScene,
                            file: scenes.file,
                            scene: name,
                            found: "the scene was asked for twice",
                            advice: "name each scene once"
                        )
                    )
                }
                sceneOfSample[sample] = name
            }
            chains.append((name, chain))
        }
        let categories = try CategoryTable.read(folder: folder)
        let attributes = try AttributeTable.read(folder: folder)
        let table = try AnnotationTable.read(
            folder: folder,
            samples: samples,
            categories: categories,
            attributes: attributes,
            isWanted: sceneOfSample.map { $0 != nil }
        )
        let poses = try readPoses(samples, sceneOfSample)
        var boxes = [[BoxAnnotation]](repeating: [], count: samples.rows.count)
        for row in table.rows {
            let box = BoxAnnotation(
                token: row.token.description,
                category: categories.names[row.category],
                attributes: row.attributes.map { attributes.names[$0] },
                translation: row.translation,
                size: row.size,
                rotation: row.rotation,
                velocity: try velocity(of: row, table: table, samples: samples, scene: sceneOfSample[row.sample]),
                lidarPointCount: row.lidarPointCount,
                radarPointCount: row.radarPointCount
            )
            boxes[row.sample].append(box)
        }
        return chains.map { name, chain in
            SceneAnnotations(
                name: name,
                samples: chain.compactMap { index in
                    poses[index].map { pose in
                        SampleAnnotations(
                            token: samples.rows[index].token.description,
                            tableRow: index,
                            timestamp_us: samples.rows[index].timestamp_us,
                            lidarEgoToGlobal: pose,
                            boxes: boxes[index]
                        )
                    }
                }
            )
        }
    }

    private static func chain(
        of name: String,
        scenes: SceneTable,
        samples: SampleTable
    ) throws(DatasetError) -> [Int] {
        guard let index = scenes.rows.firstIndex(where: { $0.name == name }) else {
            throw .problem(
                DatasetProblem(
                    .missingScene,
                    file: scenes.file,
                    scene: name,
                    found: "the table has no such scene",
                    advice: "name scenes of this version of the dataset"
                )
            )
        }
        switch SceneChain.walk(scene: index, scenes: scenes, samples: samples) {
        case .success(let chain): return chain
        case .failure(let problem): throw .problem(problem)
        }
    }

    private static func velocity(
        of row: AnnotationTable.Row,
        table: AnnotationTable,
        samples: SampleTable,
        scene: String?
    ) throws(DatasetError) -> SIMD3<Double>? {
        func moment(_ row: AnnotationTable.Row) -> BoxVelocity.Moment {
            BoxVelocity.Moment(
                translation: row.translation,
                timestamp_us: samples.rows[row.sample].timestamp_us
            )
        }
        func neighbour(_ token: TokenKey, _ key: String) throws(DatasetError) -> BoxVelocity.Moment? {
            if token.isEmpty { return nil }
            guard let index = table.indices[token] else {
                throw .problem(
                    DatasetProblem(
                        .danglingToken,
                        file: table.file,
                        row: row.place.row,
                        token: row.token.description,
                        byteOffset: row.place.byteOffset,
                        scene: scene,
                        found: "\(key) \"\(token)\" is no annotation of the scenes asked for",
                        advice: TableScanner.advice
                    )
                )
            }
            return moment(table.rows[index])
        }
        return BoxVelocity.estimate(
            previous: try neighbour(row.previous, "prev"),
            current: moment(row),
            next: try neighbour(row.next, "next")
        )
    }
}
