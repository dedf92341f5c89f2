import Datasets
import Files
import Foundation
import Media
import Synchronization
import Tensor

/// A video file that is measured, and where its frames are: found out before anything is timed.
struct MeasuredVideo: Sendable {
    let path: String
    let index: VideoIndex

    init(_ path: String) throws(MediaError) {
        self.path = path
        index = try VideoReader(path: path).makeIndex()
    }

    /// The file, opened anew.
    func reader() throws(MediaError) -> VideoReader { try VideoReader(path: path, index: index) }

    /// Reads `request` out of the file, opened anew, and returns how many frames were decoded for it. Throws `MediaError.damaged`
    /// where a frame is not exact.
    @discardableResult
    func read(_ request: FrameRequest, into frames: inout DecodedFrames) throws(MediaError) -> Int {
        try read(request, from: try reader(), into: &frames)
    }

    /// Reads `request` with `reader`, and returns how many frames were decoded for it. Throws `MediaError.damaged` where a frame is
    /// not exact.
    @discardableResult
    func read(_ request: FrameRequest, from reader: VideoReader, into frames: inout DecodedFrames) throws(MediaError) -> Int {
        let report = try reader.read(request, using: index, into: &frames)
        if let problem = report.problem { throw .damaged(path: path, reason: problem) }
        return report.decodedFrames
    }
}

extension VideoList {
    /// Video files as the samples of a loader that is measured.
    init(measured files: [String]) {
        let samples = files.enumerated().map { VideoSample(index: $0, path: $1, name: $1, label: 0) }
        self.init(part: .train, samples: samples, classes: ClassList(["video"]))
    }
}

extension DamageLedger {
    /// Throws `MediaError.damaged` where some clip was not whole: what took its place would have been measured.
    func requireWholeClips() throws(MediaError) {
        if let damaged = entries.first { throw .damaged(path: damaged.path, reason: damaged.reason) }
    }
}

/// Clips of random start out of videos, in turn: the same ones for the same round. The starts of a video are one in each of as many
/// equal parts as it has clips, so that rounds cost about the same.
struct MeasuredClips: Sendable {
    /// A clip: its video and the frames that it shows.
    struct Clip: Sendable {
        let video: MeasuredVideo
        let frames: [Int]
    }

    let clips: [Clip]

    init(_ count: Int, of videos: [MeasuredVideo], _ options: ClipOptions, round: Int) {
        let parts = (count + videos.count - 1) / videos.count
        clips = (0..<count).map { number in
            let video = videos[number % videos.count], frameCount = video.index.frameCount
            var stream = RandomKey(seed: 0, purpose: .clipStart, epoch: UInt64(round), sample: UInt64(number)).stream
            let starts = max(1, frameCount - (options.length - 1) * options.stride)
            let share = (Double(number / videos.count) + stream.uniform(0, 1)) / Double(parts)
            let window = ClipWindow(
                first: min(Int(share * Double(starts)), starts - 1), length: options.length, stride: options.stride)
            return Clip(video: video, frames: window.positions(frameCount: frameCount))
        }
    }
}

/// The same work on several threads at once.
enum ThreadTeam {
    /// Runs `body` on `count` threads and waits for all; throws what one of them threw.
    static func run(_ count: Int, _ body: @escaping @Sendable (_ number: Int) throws -> Void) throws {
        let group = DispatchGroup(), outcome = Outcome()
        for number in 0..<count {
            group.enter()
            let thread = Thread {
                do { try body(number) } catch { outcome.failure.withLock { $0 = error } }
                group.leave()
            }
            thread.name = "benchmark \(number)"
            thread.start()
        }
        group.wait()
        if let failure = outcome.failure.withLock({ $0 }) { throw failure }
    }

    private final class Outcome: Sendable {
        let failure = Mutex<(any Error)?>(nil)
    }
}
