/// Rows of the nuScenes v1.0 tables; property names become snake case in the files (nuscenes.org, "Data format").
enum Records {
    struct Category: Encodable { var token, name, description: String }

    struct Attribute: Encodable { var token, name, description: String }

    struct Visibility: Encodable { var token, level, description: String }

    struct Instance: Encodable {
        var token, categoryToken: String
        var nbrAnnotations: Int
        var firstAnnotationToken, lastAnnotationToken: String
    }

    struct Sensor: Encodable { var token, channel, modality: String }

    struct CalibratedSensor: Encodable {
        var token, sensorToken: String
        var translation, rotation: [Double]
        var cameraIntrinsic: [[Double]]
    }

    struct EgoPose: Encodable {
        var token: String
        var timestamp: Int
        var rotation, translation: [Double]
    }

    struct Log: Encodable { var token, logfile, vehicle, dateCaptured, location: String }

    struct Scene: Encodable {
        var token, logToken: String
        var nbrSamples: Int
        var firstSampleToken, lastSampleToken, name, description: String
    }

    struct Sample: Encodable {
        var token: String
        var timestamp: Int
        var prev, next, sceneToken: String
    }

    struct SampleData: Encodable {
        var token, sampleToken, egoPoseToken, calibratedSensorToken: String
        var timestamp: Int
        var fileformat: String
        var isKeyFrame: Bool
        var height, width: Int
        var filename, prev, next: String
    }

    struct SampleAnnotation: Encodable {
        var token, sampleToken, instanceToken, visibilityToken: String
        var attributeTokens: [String]
        var translation, size, rotation: [Double]
        var prev, next: String
        var numLidarPts, numRadarPts: Int
    }

    struct Map: Encodable { var token, category, filename: String; var logTokens: [String] }
}
