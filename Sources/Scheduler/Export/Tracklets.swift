internal import Evaluation
internal import Foundation
internal import Scenes

/// Boxes of one scene as KITTI's raw data has tracklets, read as CVAT reads them: a tracklet a box, of one sample.
///
/// CVAT takes `w`, `h` and `l` as the extents along a box's own x, y and z, and the place as that of the centre; KITTI means other
/// things by the same names (`docs/exports.md`).
struct Tracklets {
    private var items: [String] = []

    /// Boxes so far.
    var count: Int { items.count }

    /// Adds a sample's boxes.
    ///
    /// - Parameters:
    ///   - frame: the sample's place in its scene.
    ///   - globalFromPlace: where the frame that boxes are told in is at that moment, outermost first.
    mutating func add(_ boxes: [DetectionBox], frame: Int, globalFromPlace: [RigidTransform]) {
        for box in boxes { items.append(Self.item(box, frame, globalFromPlace, isFirst: items.isEmpty)) }
    }

    /// The file.
    var text: String {
        """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <!DOCTYPE boost_serialization>
        <boost_serialization version="9" signature="serialization::archive">
        <tracklets version="0" tracking_level="0" class_id="0">
          <count>\(items.count)</count>
          <item_version>1</item_version>
        \(items.joined())</tracklets>
        </boost_serialization>

        """
    }

    private static func item(
        _ box: DetectionBox,
        _ frame: Int,
        _ globalFromPlace: [RigidTransform],
        isFirst: Bool
    ) -> String {
        var (centre, rotation) = (box.translation, box.rotation.normalised)
        for step in globalFromPlace {
            let turn = step.rotation.normalised
            let back = Quaternion(w: turn.w, x: -turn.x, y: -turn.y, z: -turn.z)
            centre = Placement(RigidTransform(translation: .zero, rotation: back)).turned(centre - step.translation)
            rotation = back.times(rotation)
        }
        let angles = eulerAngles(rotation)
        // Boost names a class once, where it first stands.
        func classOf(_ id: Int, _ version: Int) -> String {
            isFirst ? " class_id=\"\(id)\" tracking_level=\"0\" version=\"\(version)\"" : ""
        }
        return """
              <item\(classOf(1, 1))>
                <objectType>\(box.name.rawValue)</objectType>
                <h>\(box.size.x)</h>
                <w>\(box.size.y)</w>
                <l>\(box.size.z)</l>
                <first_frame>\(frame)</first_frame>
                <poses\(classOf(2, 0))>
                  <count>1</count>
                  <item_version>1</item_version>
                  <item\(classOf(3, 1))>
                    <tx>\(centre.x)</tx>
                    <ty>\(centre.y)</ty>
                    <tz>\(centre.z)</tz>
                    <rx>\(angles.x)</rx>
                    <ry>\(angles.y)</ry>
                    <rz>\(angles.z)</rz>
                    <state>2</state>
                    <occlusion>0</occlusion>
                    <occlusion_kf>0</occlusion_kf>
                    <truncation>0</truncation>
                    <amt_occlusion>-1</amt_occlusion>
                    <amt_border_l>-1</amt_border_l>
                    <amt_border_r>-1</amt_border_r>
                    <amt_occlusion_kf>-1</amt_occlusion_kf>
                    <amt_border_kf>-1</amt_border_kf>
                    <attributes><attribute><name>score</name><value>\(box.score)</value></attribute></attributes>
                  </item>
                </poses>
                <finished>1</finished>
              </item>

            """
    }

    /// Angles about x, y and z, turned in this order about the box's own axes, radians: three.js's `XYZ`, which CVAT draws by.
    static func eulerAngles(_ rotation: Quaternion) -> SIMD3<Double> {
        let (x, y, z) = rotation.axes
        let sine = min(max(z.x, -1), 1)
        guard abs(sine) < 0.999_999_9 else { return SIMD3(atan2(y.z, y.y), asin(sine), 0) }
        return SIMD3(atan2(-z.y, z.z), asin(sine), atan2(-y.x, x.x))
    }
}
