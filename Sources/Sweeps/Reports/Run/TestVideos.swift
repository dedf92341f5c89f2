import Datasets
import Files
import Foundation
import Media
import Synchronization
import Training

/// The test videos of a run, where they are still there.
struct TestVideos {
    private let samples: [String: VideoSample]
    private let questions: QuestionTable?
    private let indices: IndexCache?

    /// The test part of `dataSet`, or of the data that `record` names. Throws where it is not there, or is another one by now.
    init(of record: RunRecord, dataSet: DataSet?, indices: IndexCache?) throws {
        let dataSet = try dataSet ?? Self.dataSet(of: record), list = dataSet.test
        guard record.digests["test"] == list.digest else {
            throw OtherTestPart(data: record.configuration["data"]?.stringValue ?? "the data")
        }
        samples = Dictionary(list.samples.map { ($0.name, $0) }) { first, _ in first }
        questions = dataSet.questions
        self.indices = indices
    }

    /// The question called `name`; nil where samples are clips.
    func question(_ name: String) -> Question? { samples[name].flatMap { questions?[$0.index] } }

    private static func dataSet(of record: RunRecord) throws -> DataSet {
        let data = record.configuration["data"]?.stringValue ?? ""
        // A built-in set that is not there is not made for a report.
        if DataSetCatalogue.names.contains(data), FileReader.size(of: try Motions.locate()) == nil {
            throw FileError.missing(path: try Motions.locate())
        }
        return try DataSetCatalogue.open(data, of: record.samples)
    }

    /// Pictures of the videos called `names`; those that cannot be read are left out.
    func strips(of names: [String]) -> [String: FrameStrip] {
        let strips = Mutex<[String: FrameStrip]>([:])
        DispatchQueue.concurrentPerform(iterations: names.count) { number in
            guard let sample = samples[names[number]], let strip = try? FrameStrip(of: sample, indices) else { return }
            strips.withLock { $0[names[number]] = strip }
        }
        return strips.withLock { $0 }
    }
}

/// Data whose test part is not the one that a run was evaluated on.
struct OtherTestPart: ReportedError, Equatable {
    let data: String
    var exitCode: ExitCode { .badData }
    var description: String { "the test part of \(data) is not the one that the run had" }
}

/// Four frames of a clip side by side, small enough that a page can hold some dozens.
struct FrameStrip {
    /// The picture as an address that holds it.
    let address: String
    /// Of the picture, in pixels.
    let width: Int, height: Int

    private static let frames = 4, gap = 2
    /// Pixels of a frame at most.
    private static let area = 9_600.0

    /// Reads the frames in the middle of the quarters of `sample`. Throws `MediaError`.
    init(of sample: VideoSample, _ indices: IndexCache?) throws {
        let (reader, index) = try Self.open(sample.path, indices)
        let range = index.frameRange(from: sample.start, to: sample.end)
        let positions = (0..<Self.frames).map { range.lowerBound + (2 * $0 + 1) * range.count / (2 * Self.frames) }
        var clip = PixelClip()
        try reader.frames(at: positions, using: index, into: &clip)
        let shrink = max(1, (Double(clip.width * clip.height) / Self.area).squareRoot())
        let size = (height: max(1, Int(Double(clip.height) / shrink)), width: max(1, Int(Double(clip.width) / shrink)))
        width = Self.frames * (size.width + Self.gap) - Self.gap
        height = size.height
        // Black between the frames would look like a part of them.
        var canvas = [UInt8](repeating: 255, count: 3 * width * height)
        for frame in 0..<Self.frames {
            Self.draw(
                clip, frame, height: size.height, width: size.width, left: frame * (size.width + Self.gap), of: width,
                into: &canvas)
        }
        address = "data:image/png;base64," + Data(try PNG.encode(canvas, height: height, width: width)).base64EncodedString()
    }

    private static func open(_ path: String, _ indices: IndexCache?) throws(MediaError) -> (
        reader: VideoReader, index: VideoIndex
    ) {
        if let indices { return try indices.open(path) }
        let index = try VideoReader(path: path).makeIndex()
        return (try VideoReader(path: path, index: index), index)
    }

    /// Draws a frame at a smaller size: each pixel is the mean of those that it stands for.
    private static func draw(
        _ clip: PixelClip, _ frame: Int, height: Int, width: Int, left: Int, of canvasWidth: Int, into canvas: inout [UInt8]
    ) {
        let source = frame * clip.bytesPerFrame
        for row in 0..<height {
            let rows = row * clip.height / height..<max((row + 1) * clip.height / height, row * clip.height / height + 1)
            for column in 0..<width {
                let first = column * clip.width / width, columns = first..<max((column + 1) * clip.width / width, first + 1)
                var sums = (0, 0, 0)
                for y in rows {
                    for x in columns {
                        let place = source + 3 * (y * clip.width + x)
                        sums.0 += Int(clip.pixels[place])
                        sums.1 += Int(clip.pixels[place + 1])
                        sums.2 += Int(clip.pixels[place + 2])
                    }
                }
                let count = rows.count * columns.count, target = 3 * (row * canvasWidth + left + column)
                canvas[target] = UInt8((sums.0 + count / 2) / count)
                canvas[target + 1] = UInt8((sums.1 + count / 2) / count)
                canvas[target + 2] = UInt8((sums.2 + count / 2) / count)
            }
        }
    }
}
