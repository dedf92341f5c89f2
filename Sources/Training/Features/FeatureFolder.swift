import Datasets
import Files
import Networks

/// Vectors of the frames of videos in a folder, with a safetensors file for each: `<video>.safetensors`, the video by its path below the
/// root of the data.
///
/// A file has `features` `[frames, values]`, and `times` `[frames]`, when each frame is shown in seconds from the beginning of the video;
/// without these there are three frames a second, as TVQA has them.
public struct FeatureFolder: FeatureSource {
    private let path: String, root: String
    /// Values of a frame, which are the same in all files.
    public let featureCount: Int

    private static let framesPerSecond = 3.0

    /// The folder `path` with vectors of videos below `root`; `first` tells how many values a frame has.
    ///
    /// Throws what `features` throws of `first`.
    public init(_ path: String, videosBelow root: String, first: VideoSample) throws {
        guard FileReader.size(of: path) != nil else { throw FileError.missing(path: path) }
        self.path = path
        self.root = root
        featureCount = try Self.read(Self.file(of: first.path, below: root, in: path), of: first.path).featureCount
    }

    /// The vectors of the frames of the clip `sample`: of a part of a video those of its time, counted from its beginning, or the one that is
    /// nearest to that.
    ///
    /// Throws `FeatureFolderError`, and `WeightsError` for a file that cannot be read.
    public func features(of sample: VideoSample) throws -> FrameFeatures {
        let all = try Self.read(Self.file(of: sample.path, below: root, in: path), of: sample.path)
        return sample.start == nil && sample.end == nil ? all : all.cut(from: sample.start ?? 0, to: sample.end ?? .infinity)
    }

    /// SHA-256 of the sizes of the files of these videos and of what they say about themselves.
    func digest(of videos: [String]) -> String {
        var digest = SHA256()
        for video in Set(videos).sorted() {
            let file = Self.file(of: video, below: root, in: path)
            let words = (try? SafetensorsFile(opening: file).metadata)?.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let size = FileReader.size(of: file).map(String.init) ?? "missing"
            digest.update("\(Self.name(of: video, below: root)) \(size) \(words?.joined(separator: " ") ?? "")\n")
        }
        return digest.finish()
    }

    /// The file of the vectors of `video` in `folder`.
    static func file(of video: String, below root: String, in folder: String) -> String {
        "\(folder)/\(name(of: video, below: root)).safetensors"
    }

    private static func name(of video: String, below root: String) -> String {
        let prefix = root.hasSuffix("/") ? root : root + "/"
        return video.hasPrefix(prefix) ? String(video.dropFirst(prefix.count)) : video
    }

    private static func read(_ path: String, of video: String) throws -> FrameFeatures {
        guard FileReader.size(of: path) != nil else { throw FeatureFolderError.missing(video: video, file: path) }
        let file = try SafetensorsFile(opening: path), features = try file.tensor("features")
        func malformed(_ tensor: StoredTensor, _ expected: String) -> FeatureFolderError {
            .malformed(path: path, tensor: tensor.name, found: tensor.shape, expected: expected)
        }
        guard features.shape.count == 2, features.shape.allSatisfy({ $0 > 0 }), let values = features.floats else {
            throw malformed(features, "[frames, values], real numbers")
        }
        guard values.allSatisfy(\.isFinite) else { throw malformed(features, "finite numbers") }
        var times = (0..<features.shape[0]).map { Double($0) / framesPerSecond }
        if file.names.contains("times") {
            let told = try file.tensor("times")
            guard told.shape == [features.shape[0]], let seconds = told.floats?.map({ Double($0) }), seconds == seconds.sorted()
            else {
                throw malformed(told, "\(features.shape[0]) times that ascend")
            }
            times = seconds
        }
        return FrameFeatures(featureCount: features.shape[1], values: values, times: times)
    }

    /// Writes the vectors of a video as `features` reads them, with `metadata` and their digest. Throws `WeightsError`, and `FileError` where its folder cannot be made.
    static func write(_ features: FrameFeatures, metadata: [String: String], to path: String) throws {
        try Folder.create(at: NewFile.folder(of: path))
        let tensors = [
            StoredTensor(name: "features", shape: [features.times.count, features.featureCount], floats: features.values),
            StoredTensor(name: "times", shape: [features.times.count], floats: features.times.map { Float($0) }),
        ]
        let values = SHA256.hexadecimal(of: tensors[0].bytes)
        try SafetensorsFile.write(tensors, metadata: metadata.merging(["values": "SHA-256 \(values)"]) { $1 }, to: path)
    }
}

extension RunOptions {
    /// The features of the clips of `dataSet`, of which `first` is one; nil where no folder is named. Throws what `FeatureFolder` throws.
    func features(of dataSet: DataSet, first: VideoSample?) throws -> FeatureFolder? {
        guard let features, let first else { return nil }
        return try FeatureFolder(features, videosBelow: dataSet.root, first: first)
    }
}

/// Features of frames that cannot be used.
public enum FeatureFolderError: ReportedError, Equatable {
    case missing(video: String, file: String)
    case malformed(path: String, tensor: String, found: [Int], expected: String)
    case otherwiseMade(path: String, found: [String: String], expected: [String: String])

    public var exitCode: ExitCode {
        switch self {
        case .missing: .inputMissing
        case .malformed: .badData
        case .otherwiseMade: .cannotCreate
        }
    }

    public var description: String {
        switch self {
        case .missing(let video, let file):
            "\(file): there are no features of \(video); make them by: semisup data features"
        case .malformed(let path, let tensor, let found, let expected):
            "\(path): the tensor \(tensor) has the shape \(found), expected \(expected)"
        case .otherwiseMade(let path, let found, let expected):
            "\(path): was made with "
                + expected.keys.sorted().filter { found[$0] != expected[$0] }
                .map { "\($0)=\(found[$0] ?? "none") instead of \(expected[$0] ?? "none")" }.joined(separator: ", ")
                + "; name another folder by --out, or delete this one"
        }
    }
}
