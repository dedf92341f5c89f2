import Augment
import Media

/// The motion vectors of every frame of files, one for each pixel, on one thread; every file is opened anew.
///
/// Each frame becomes `[2, H, W]`, held channels-last, with its mask, as the view `.motionVectors(cellSide: 1)` of the whole picture
/// makes them.
struct VectorsBenchmark {
    let bench: BenchmarkSetting
    let files: [String]

    /// Frames whose vectors are read at a time, at least: so many that runs of pictures are seldom interrupted.
    private static let framesAtOnce = 256

    /// Buffers that are used again for the next file.
    private struct Workspace {
        var frames = DecodedFrames(), single = VectorClip()
        var values: [Float] = [], mask: [Float] = []
        var scratch = AugmentScratch()
    }

    func run(_ report: (BenchmarkResult) throws -> Void) throws {
        let videos = try files.map(MeasuredVideo.init), runs = videos.map { Self.runs(of: $0.index) }
        var workspace = Workspace()
        let seconds = try bench.seconds {
            for (video, runs) in zip(videos, runs) { try read(video, runs, &workspace) }
        }
        let frames = videos.reduce(0) { $0 + $1.index.frameCount }
        try report(
            BenchmarkResult(
                bench: bench.name, subject: "\(frames) frames to [2, H, W], files: \(files.count)", unit: "frames/s",
                rates: seconds.map { Double(frames) / $0 }))
    }

    /// All frames in pieces that begin at keyframes, so that no picture is decoded twice.
    private static func runs(of index: VideoIndex) -> [[Int]] {
        var starts = [0]
        for start in index.keyFrames where start >= starts[starts.count - 1] + framesAtOnce { starts.append(start) }
        return zip(starts, starts.dropFirst() + [index.frameCount]).map { Array($0..<$1) }
    }

    private func read(_ video: MeasuredVideo, _ runs: [[Int]], _ workspace: inout Workspace) throws(MediaError) {
        let reader = try video.reader()
        for run in runs {
            try video.read(FrameRequest(vectors: run), from: reader, into: &workspace.frames)
            for slot in run.indices { show(slot, &workspace) }
        }
    }

    /// Spreads the vectors of one frame over its pixels.
    private func show(_ slot: Int, _ workspace: inout Workspace) {
        let clip = workspace.frames.vectors, cells = clip.cellsPerFrame
        workspace.single.resize(frames: 1, height: clip.height, width: clip.width, cellSide: clip.cellSide)
        workspace.single.vectors.replaceSubrange(
            0..<2 * cells, with: clip.vectors[2 * slot * cells..<2 * (slot + 1) * cells])
        workspace.single.validity.replaceSubrange(0..<cells, with: clip.validity[slot * cells..<(slot + 1) * cells])
        ClipGeometry.whole(PictureSize(height: clip.height, width: clip.width)).apply(
            to: workspace.single, values: &workspace.values, mask: &workspace.mask, scratch: &workspace.scratch)
    }
}
