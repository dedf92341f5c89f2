import Files
import Media

/// What the video files of a data set are: the part of `data describe` that opens them.
public struct VideoSurvey: Sendable {
    /// What files have in common.
    public struct Kind: Hashable, Sendable {
        /// libav's names of the codec and the pixel format.
        public let codec: String, pixelFormat: String?
        /// Columns and rows.
        public let width: Int, height: Int
        /// Frames a second, to two decimals; nil where neither the header nor the times of frames say.
        public let frameRate: Double?
        /// Whether there is sound.
        public let hasSound: Bool
        /// For how much of what is predicted there are motion vectors that can be trusted.
        public let motionVectors: Extent
        /// Degrees clockwise by which the pictures are turned when they are shown.
        public let rotation: Int
        /// How many frames have lines of two fields.
        public let interlacing: Extent
    }

    /// One file.
    public struct File: Sendable {
        /// Where it is.
        public let path: String
        /// What it is.
        public let kind: Kind
        /// Frames that a decoder gives out, and how many a second; nil where nothing says.
        public let frameCount: Int, frameRate: Double?
        /// Frames from each one at which decoding can begin to the next, or to the end.
        public let groupLengths: [Int]
        /// Frames that are predicted from both sides.
        public let bidirectionalFrames: Int
        /// What is wrong with it as far as its index tells; nil where nothing is.
        public let problem: String?

        /// The most frames from one at which decoding can begin to the next.
        public var longestGroup: Int { groupLengths.max() ?? frameCount }
        /// The share of frames that are predicted from both sides.
        public var bidirectionalShare: Double { Double(bidirectionalFrames) / Double(max(1, frameCount)) }
    }

    /// How many files the data set has.
    public let total: Int
    /// The files that were opened and could be read.
    public let files: [File]
    /// The files that could not be read, with the reason.
    public let damaged: [(path: String, reason: String)]

    /// Opens and indexes `limit` files of `dataSet`, spread evenly over its list; nil for all.
    ///
    /// - Parameters:
    ///   - threads: How many files are read at a time.
    ///   - progress: Told how many are done, on the calling thread.
    public init(
        _ dataSet: DataSet, limit: Int? = nil, indices: VideoIndexStore = VideoIndexStore(), threads: Int = 1,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
        let paths = dataSet.videoPaths, count = min(limit ?? paths.count, paths.count)
        let chosen = (0..<count).map { paths[$0 * paths.count / count] }
        let outcomes = ParallelWork<String, Result<File, MediaError>>.outcomes(of: chosen, threads: threads, progress: progress) {
            { path in Result { () throws(MediaError) in File(path, try indices.open(path).index) } }
        }
        var files: [File] = [], damaged: [(path: String, reason: String)] = []
        for (path, outcome) in zip(chosen, outcomes) {
            switch outcome {
            case .success(let file): files.append(file)
            case .failure(let error): damaged.append((path, error.description))
            case nil: break
            }
        }
        total = paths.count
        self.files = files
        self.damaged = damaged
    }

    /// True where no file was opened.
    public var isEmpty: Bool { files.isEmpty && damaged.isEmpty }

    /// The kinds and the files of each, the most frequent first.
    public var kinds: [(kind: Kind, files: [File])] {
        let order = Dictionary(files.enumerated().map { ($1.kind, $0) }) { first, _ in first }
        return Dictionary(grouping: files, by: \.kind)
            .sorted { ($1.value.count, order[$0.key] ?? 0) < ($0.value.count, order[$1.key] ?? 0) }.map { ($0.key, $0.value) }
    }

    /// The files that were opened and are not whole, each with the reason: as far as an index tells, which decodes little.
    public var incomplete: [(path: String, reason: String)] {
        files.compactMap { file in file.problem.map { (file.path, "\(file.path): \($0)") } }
    }

    /// The files that could not be read, and those that are not whole, each with the reason.
    public var damagedJSON: JSON {
        .array((damaged + incomplete).map { .object([("video", .string($0.path)), ("reason", .string($0.reason))]) })
    }

    /// One object: how many files there are, and each that was opened.
    public var json: JSON {
        .object([
            ("total", .integer(total)), ("files", .array(files.map(\.json))),
            ("damaged", damagedJSON),
        ])
    }
}

extension VideoSurvey.File {
    /// What `index` says of the file at `path`.
    init(_ path: String, _ index: VideoIndex) {
        let starts = index.keyFrames + [index.frameCount]
        self.path = path
        frameCount = index.frameCount
        frameRate = index.frameRate
        groupLengths = zip(starts, starts.dropFirst()).map { $1 - $0 }
        bidirectionalFrames = (0..<index.frameCount).count { index.pictureType(of: $0) == .bidirectional }
        problem = index.problem
        kind = VideoSurvey.Kind(
            codec: index.info.codec, pixelFormat: index.info.pixelFormat, width: index.info.width, height: index.info.height,
            frameRate: index.frameRate.map { (100 * $0).rounded() / 100 }, hasSound: index.info.hasSound,
            motionVectors: index.motionVectors, rotation: index.info.rotation, interlacing: index.interlacing)
    }

    fileprivate var json: JSON {
        .object([
            ("video", .string(path)), ("codec", .string(kind.codec)),
            ("pixelFormat", kind.pixelFormat.map { .string($0) } ?? .null),
            ("width", .integer(kind.width)), ("height", .integer(kind.height)),
            ("frameRate", .number(frameRate)), ("frames", .integer(frameCount)),
            ("groups", .integer(groupLengths.count)), ("longestGroup", .integer(longestGroup)),
            ("hasBidirectional", .boolean(bidirectionalFrames > 0)), ("bidirectionalShare", .real(bidirectionalShare)),
            ("hasSound", .boolean(kind.hasSound)), ("motionVectors", .string(kind.motionVectors.rawValue)),
            ("rotation", .integer(kind.rotation)), ("interlaced", .string(kind.interlacing.rawValue)),
        ])
    }
}
