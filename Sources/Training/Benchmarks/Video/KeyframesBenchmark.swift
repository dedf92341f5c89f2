import Media

/// The keyframes of whole files to RGB, in turn with decoding everything without converting it; every file is opened anew.
struct KeyframesBenchmark {
    let bench: BenchmarkSetting
    let files: [String]

    /// Keyframes in memory at a time.
    private static let framesAtOnce = 32

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let videos = try files.map(MeasuredVideo.init), keyFrames = videos.map(\.index.keyFrames)
        var frames = DecodedFrames()
        var seconds: (everything: [Double], keyframes: [Double]) = ([], [])
        for round in 0..<bench.options.warmups + bench.options.repeats {
            let everything = try Stopwatch.seconds(repeats: 1, warmups: 0) { for video in videos { try decode(video) } }
            let keyframes = try Stopwatch.seconds(repeats: 1, warmups: 0) {
                for (video, positions) in zip(videos, keyFrames) { try read(positions, of: video, into: &frames) }
            }
            guard round >= bench.options.warmups else { continue }
            seconds.everything += everything
            seconds.keyframes += keyframes
        }
        let count = videos.reduce(0) { $0 + $1.index.frameCount }
        let everything = result("all \(count) frames, files: \(files.count)", seconds.everything)
        try report(everything)
        let keyframes = result("\(keyFrames.reduce(0) { $0 + $1.count }) keyframes, files: \(files.count)", seconds.keyframes)
        try report(keyframes.adding([("timesEverything", keyframes.value / everything.value)]))
    }

    private func result(_ subject: String, _ seconds: [Double]) -> BenchmarkResult {
        BenchmarkResult(
            bench: bench.name, subject: subject, unit: "files/s", rates: seconds.map { Double(files.count) / $0 })
    }

    private func decode(_ video: MeasuredVideo) throws(MediaError) {
        if let problem = try video.reader().examine().problem { throw .damaged(path: video.path, reason: problem) }
    }

    private func read(_ positions: [Int], of video: MeasuredVideo, into frames: inout DecodedFrames) throws(MediaError) {
        let reader = try video.reader()
        for start in stride(from: 0, to: positions.count, by: Self.framesAtOnce) {
            let some = positions[start..<min(start + Self.framesAtOnce, positions.count)]
            try video.read(FrameRequest(pixels: Array(some)), from: reader, into: &frames)
        }
    }
}
