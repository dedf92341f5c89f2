import Datasets
import Files
import Networks
import Tensor

/// Features of frames in a folder with a safetensors file for each clip: `<clip>.safetensors`, the clip as the data set names it.
///
/// A file has `features` `[frames, values]`, and `times` `[frames]`, when each frame is shown in seconds from the beginning of the clip;
/// without these there are three frames a second, as TVQA has them.
public struct FeatureFolder: FeatureSource {
    private let path: String, root: String
    /// Values of a frame, which are the same in all files.
    public let featureCount: Int

    private static let framesPerSecond = 3.0

    /// The folder `path` with features of clips below `root`; `first` tells how many values a frame has.
    ///
    /// Throws what `features` throws of `first`.
    public init(_ path: String, clipsBelow root: String, first: VideoSample) throws {
        self.path = path
        self.root = root.hasSuffix("/") ? root : root + "/"
        featureCount = try Self.read(Self.file(of: first, in: path, self.root)).featureCount
    }

    public func features(of sample: VideoSample) throws -> FrameFeatures {
        try Self.read(Self.file(of: sample, in: path, root))
    }

    private static func file(of sample: VideoSample, in path: String, _ root: String) -> String {
        let clip = sample.path.hasPrefix(root) ? String(sample.path.dropFirst(root.count)) : sample.path
        return "\(path)/\(clip).safetensors"
    }

    private static func read(_ path: String) throws -> FrameFeatures {
        let file = try SafetensorsFile(opening: path), features = try file.tensor("features")
        guard features.shape.count == 2, features.shape.allSatisfy({ $0 > 0 }), let values = features.floats else {
            throw WeightsError.notFeatures(path: path, tensor: "features", found: features.shape, expected: "[frames, values], real numbers")
        }
        guard values.allSatisfy(\.isFinite) else {
            throw WeightsError.notFeatures(path: path, tensor: "features", found: features.shape, expected: "finite numbers")
        }
        var times = (0..<features.shape[0]).map { Double($0) / framesPerSecond }
        if file.names.contains("times") {
            let told = try file.tensor("times")
            guard told.shape == [features.shape[0]], let seconds = told.floats?.map({ Double($0) }), seconds == seconds.sorted() else {
                throw WeightsError.notFeatures(
                    path: path, tensor: "times", found: told.shape, expected: "\(features.shape[0]) times that ascend")
            }
            times = seconds
        }
        return FrameFeatures(featureCount: features.shape[1], values: values, times: times)
    }
}
