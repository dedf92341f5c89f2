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

    /// Reads `request` out of the file, opened anew. Throws `MediaError.damaged` where a frame is not exact.
    func read(_ request: FrameRequest, into frames: inout DecodedFrames) throws(MediaError) {
        try read(request, from: try reader(), into: &frames)
    }

    /// Reads `request` with `reader`. Throws `MediaError.damaged` where a frame is not exact.
    func read(_ request: FrameRequest, from reader: VideoReader, into frames: inout DecodedFrames) throws(MediaError) {
        let report = try reader.read(request, using: index, into: &frames)
        if let problem = report.problem { throw .damaged(path: path, reason: problem) }
    }
}

/// Clips of random start out of videos, in turn: the same ones for the same round.
struct MeasuredClips: Sendable {
    /// A clip: its video and the frames that it shows.
    struct Clip: Sendable {
        let video: MeasuredVideo
        let frames: [Int]
    }

    let clips: [Clip]

    init(_ count: Int, of videos: [MeasuredVideo], window: TemporalWindow, round: Int) {
        clips = (0..<count).map { number in
            let video = videos[number % videos.count]
            let key = RandomKey(seed: 0, purpose: .clipStart, epoch: UInt64(round), sample: UInt64(number))
            var stream = key.stream
            let first = window.firstFrame(of: video.index.frameCount, using: &stream)
            let shown = ClipWindow(first: first, length: window.length, stride: window.stride)
            return Clip(video: video, frames: shown.positions(frameCount: video.index.frameCount))
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
