internal import ArrayFiles
internal import Scenes

/// The three arrays of an Occ3D `labels.npz`.
struct SampleLabels {
    let semantics: [UInt8]
    let maskLidar: [UInt8]
    let maskCamera: [UInt8]

    /// Labels a keyframe: everything in the ego frame of the lidar's time stamp.
    init(world: SceneWorld, solids: [Primitive], ego: Pose, cameras: [(camera: SceneCamera, ego: Pose)]) {
        semantics = Voxelizer(world: world, solids: solids, ego: ego).labels
        var byCamera = RayMask()
        for (camera, cameraEgo) in cameras {
            camera.look(at: semantics, ego: cameraEgo, reference: ego, into: &byCamera)
        }
        var byLidar = RayMask()
        byLidar.cast(
            labels: semantics,
            origin: Vector(SensorRig.lidarTranslation),
            directions: LidarPattern.denseDirections()
        )
        maskCamera = byCamera.mask
        maskLidar = byLidar.mask
    }

    /// The bytes of the `.npz` file.
    func encoded() throws -> [UInt8] {
        let shape = [VoxelGrid.countX, VoxelGrid.countY, VoxelGrid.countZ]
        var archive = NPZArchive()
        archive["semantics"] = NPYArray(semantics, shape: shape)
        archive["mask_lidar"] = NPYArray(maskLidar, shape: shape)
        archive["mask_camera"] = NPYArray(maskCamera, shape: shape)
        return try archive.encoded()
    }
}
